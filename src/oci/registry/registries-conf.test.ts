import { describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { parseReference } from "../reference.ts";
import { planEndpoints } from "./endpoint.ts";
import { parseRegistriesConf } from "./registries-conf.ts";
import { mergeRegistries } from "./registries-model.ts";

const DIGEST = `@sha256:${"0".repeat(64)}`;

async function plan(conf: string, name: string, insecure = false): Promise<readonly string[]> {
  const model = await parseRegistriesConf(conf, "/etc/x.conf", silent);
  return planEndpoints(parseReference(name), model, insecure).map(
    (e) => `${e.host}/${e.repository}${e.insecure ? " insecure" : ""}${e.mirror ? " mirror" : ""}`,
  );
}

describe("where an image is asked for", () => {
  test("without rules: at its registry", async () => {
    expect(await plan("", "alpine")).toEqual(["docker.io/library/alpine"]);
    expect(await plan("", "h:5000/a", true)).toEqual(["h:5000/a insecure"]);
  });

  const MIRRORS = `
    [[registry]]
    location = "docker.io"
    [[registry.mirror]]
    location = "m1.example:5000/hub"
    insecure = true
    [[registry.mirror]]
    location = "m2.example"
    pull-from-mirror = "digest-only"
    [[registry.mirror]]
    location = "m3.example"
    pull-from-mirror = "tag-only"`;

  test("mirrors come first, in their order, each for its kind of reference", async () => {
    const last = "docker.io/library/alpine";
    expect(await plan(MIRRORS, "alpine")).toEqual([
      "m1.example:5000/hub/library/alpine insecure mirror",
      "m3.example/library/alpine mirror",
      last,
    ]);
    expect((await plan(MIRRORS, `alpine${DIGEST}`))[1]).toBe("m2.example/library/alpine mirror");
  });

  test("--no-https is for the registry itself, not for its mirrors", async () => {
    expect(await plan(MIRRORS, "alpine", true)).toContain("m3.example/library/alpine mirror");
  });

  test("the longest prefix wins and ends at a border of the name", async () => {
    const conf = `
      [[registry]]
      prefix = "reg.example"
      location = "a.example"
      [[registry]]
      prefix = "reg.example/team"
      location = "b.example/x"`;
    expect(await plan(conf, "reg.example/team/tool")).toEqual(["b.example/x/tool"]);
    expect(await plan(conf, "reg.example/teams/tool")).toEqual(["a.example/teams/tool"]);
    expect(await plan(conf, "reg.example:5000/team/tool")).toEqual(["reg.example:5000/team/tool"]);
  });

  test("a wildcard covers the hosts below a domain, and not the domain", async () => {
    const conf = '[[registry]]\nprefix = "*.example.org"\ninsecure = true';
    expect(await plan(conf, "a.b.example.org/x")).toEqual(["a.b.example.org/x insecure"]);
    expect(await plan(conf, "example.org/x")).toEqual(["example.org/x"]);
    expect(await plan(conf, "evil.test/a.example.org")).toEqual(["evil.test/a.example.org"]);
  });

  test("blocked registries are refused by name, saying which file", async () => {
    const conf = '[[registry]]\nlocation = "bad.example"\nblocked = true';
    await expect(plan(conf, "bad.example/x")).rejects.toThrow("blocked by /etc/x.conf");
    // However the host is spelt: references have it in lower case.
    await expect(plan(conf.replace("bad", "Bad"), "bad.example/x")).rejects.toThrow("blocked by /etc/x.conf");
  });

  test("a location without a repository in the place of a whole name is an error, not another host", async () => {
    const conf = '[[registry]]\nprefix = "reg.example/tool"\nlocation = "mirror.example"';
    await expect(plan(conf, "reg.example/tool")).rejects.toMatchObject({ code: "E_REGISTRIES_CONF" });
    expect(await plan(conf, "reg.example/tool/x")).toEqual(["mirror.example/x"]);
  });
});

describe("reading the file", () => {
  test.each([
    ["[[registry]]\nblocked = true", "neither prefix nor location"],
    ['[[registry]]\nlocation = "https://x"', "is not host"],
    ['[[registry]]\nlocation = "x.y"\ninsecure = "yes"', "insecure is neither"],
    ['[[registry]]\nlocation = "x.y"\n[[registry.mirror]]\ninsecure = true', "mirror 1 has no location"],
    ['[registries.search]\nregistries = ["a"]', "version 1"],
    ["= 1", "cannot be used"],
  ])("%j is refused: %s", async (text, why) => {
    await expect(parseRegistriesConf(text, "/f", silent)).rejects.toThrow(why);
  });

  test("a search list without the hub is warned of, since short names mean the hub", async () => {
    const said: string[] = [];
    const log = { ...silent, warn: (text: string) => void said.push(text) };
    await parseRegistriesConf('unqualified-search-registries = ["quay.io"]', "/f", log);
    await parseRegistriesConf('unqualified-search-registries = ["quay.io", "docker.io"]', "/f", log);
    expect(said).toHaveLength(1);
  });

  test("a later file's rule replaces an earlier one of the same prefix", async () => {
    const one = await parseRegistriesConf('[[registry]]\nlocation = "x.y"\nblocked = true', "/1", silent);
    const two = await parseRegistriesConf('[[registry]]\nlocation = "x.y"', "/2", silent);
    expect(mergeRegistries(one, two).rules).toMatchObject([{ prefix: "x.y", blocked: false, source: "/2" }]);
  });
});
