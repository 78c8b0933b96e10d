// Names that the site's gateway knows, asked for with the caller's own credential of munge; and images whose files users
// cannot read, as gateways write them unless they are told otherwise.

import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../gateway/gateway-process.ts";
import { askingWith } from "../gateway/person.ts";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import { hasMunge, startMunge, type TestMunge } from "../support/munge.ts";
import { AS_ROOT, runAs } from "../support/ordinary-user.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { obstacle, openWorld, type World } from "./world.ts";

const absent =
  obstacle() ?? (hasMunge && hasRegistry && hasSkopeo ? undefined : "needs munge, docker-registry, skopeo");

describe.skipIf(absent)(`shifter and the gateway${absent ? ` [${absent}]` : ""}`, () => {
  let world: World;
  let munge: TestMunge;
  let registry: TestRegistry;
  let vault: TestRegistry;
  let gateway: TestGateway;
  let id = "";
  let mine = "";
  let theirs = "";

  beforeAll(async () => {
    world = openWorld();
    const basic = { username: "ann", password: "sesame" };
    [munge, registry, vault] = await Promise.all([startMunge(), startRegistry(), startRegistry({ basic })]);
    gateway = await startGateway({
      locations: {
        here: { remotetype: "dockerv2", url: registry.url },
        vault: { remotetype: "dockerv2", url: vault.url },
      },
      config: { Authentication: "munge" },
      platform: { mungeSocketPath: munge.socket },
    });
    const config = { Env: ["PATH=/bin", "Q='q' $x"] };
    await push(registry, "tool:1", { layers: [busyboxLayer("public")], config });
    await push(vault, "mine:1", { layers: [busyboxLayer("of the caller")], config }, "ann:sesame");
    await push(vault, "theirs:1", { layers: [busyboxLayer("of root")], config }, "ann:sesame");
    const logins = JSON.stringify({ authorized_locations: { vault: "ann:sesame" } });
    const root = askingWith(gateway.url, () => ({ authentication: munge.munge(`--string=${logins}`) }));
    id = (await root.pulled("tool:1")).id ?? "";
    mine = (await root.pulled("vault/mine:1", { allowed_uids: String(world.user.uid) })).id ?? "";
    theirs = (await root.pulled("vault/theirs:1", { allowed_uids: "4711" })).id ?? "";
  });

  afterAll(async () => {
    await gateway?.stop();
    await registry?.stop();
    await vault?.stop();
    await munge?.stop();
    world?.close();
  });

  const images = () => join(gateway.dir, "images/cluster");
  const conf = () => [`imageGateway=${gateway.url}`, `imagePath=${images()}`];
  const run = (image: string, words: readonly string[] = ["cat", "/word"], env: Record<string, string> = {}) =>
    world.shifter([`--image=${image}`, ...words], {
      ...{ noImage: true, conf: conf(), env: { BERTH_MUNGE_SOCKET: munge.socket, ...env } },
    });
  const publish = (name: string) => {
    chmodSync(gateway.dir, 0o755);
    for (const file of readdirSync(images())) if (file.startsWith(name)) chmodSync(join(images(), file), 0o644);
  };

  test.skipIf(!AS_ROOT)("an image whose files are closed is explained, not called missing [needs root]", () => {
    chmodSync(gateway.dir, 0o755);
    const { status, err } = run("docker:tool:1");
    expect(status).toBe(1);
    expect(err).toContain(`the image ${id} cannot be read`);
    expect(err).toContain("submit the job with --image=docker:tool:1");
  });

  test("rows 17, 18: a name is looked up, with its type or the site's", () => {
    publish(id);
    for (const name of ["docker:tool:1", "tool:1"])
      expect(run(name)).toMatchObject({ status: 0, out: "public", err: "" });
    const names = run("tool:1", ["sh", "-c", 'echo $SHIFTER_IMAGEREQUEST $SHIFTER_IMAGE; echo "$Q"']).out;
    expect(names).toBe(`docker:tool:1 ${id}\n'q' $x`);
  });

  test("row 33: its .meta is what Shifter's runtime reads", () => {
    const lines = (name: string) => readFileSync(join(images(), `${name}.meta`), "utf8").split("\n");
    expect(lines(id)).toEqual(["FORMAT: squashfs", "ENV: PATH=/bin", "ENV: Q='q' $x", ""]);
    const lists = lines(mine).filter((line) => /^(USER|GROUP)ACL/.test(line));
    expect(lists[0]?.slice("USERACL: ".length).split(",").map(Number)).toContain(world.user.uid);
    expect(lists.join()).not.toMatch(/[[\]]/);
  });

  test("its id does without the gateway", () => {
    expect(run(`id:${id}`, ["cat", "/word"], { BERTH_MUNGE_SOCKET: "/nowhere" })).toMatchObject({ out: "public" });
    const closed = world.shifter([`--image=id:${id}`, "cat", "/word"], {
      ...{ noImage: true, conf: ["imageGateway=http://127.0.0.1:1", `imagePath=${images()}`] },
    });
    expect(closed).toMatchObject({ status: 0, out: "public" });
  });

  test("a name that is not there says so, and what to do", () => {
    const { status, out, err } = run("docker:none:1");
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/^shifter: FAILED to lookup docker image none:1: /);
    expect(err).toContain("shifterimg pull");
  });

  test("a gateway that does not answer is named as the reason", () => {
    const options = { noImage: true, conf: ["imageGateway=http://127.0.0.1:1"] };
    const { status, err } = world.shifter(["--image=docker:tool:1", "true"], options);
    expect(status).toBe(1);
    expect(err).toMatch(/^shifter: FAILED to lookup docker image tool:1: .*127\.0\.0\.1:1/);
  });

  test("a private image is found by those on its lists, by name and by id", () => {
    publish(mine);
    expect(run("vault/mine:1")).toMatchObject({ status: 0, out: "of the caller" });
    expect(run(`id:${mine}`)).toMatchObject({ status: 0, out: "of the caller" });
  });

  test.skipIf(!AS_ROOT)("others' private images are nobody's business, by name or by id [needs root]", () => {
    publish(theirs);
    expect(run("vault/theirs:1")).toMatchObject({ status: 1, out: "" });
    expect(run("vault/theirs:1").err).toContain("FAILED to lookup docker image vault/theirs:1");
    expect(run(`id:${theirs}`).err).toContain(`FAILED permission denied to image ${theirs}`);
    // Nor does a copy of the file's .meta without its lists help.
    const json = readFileSync(join(images(), `${theirs}.json`), "utf8");
    expect(JSON.parse(json)).toMatchObject({ acl: { private: true } });
    writeFileSync(join(images(), `${theirs}.meta`), "FORMAT: squashfs\nENV: PATH=/bin\n");
    expect(run(`id:${theirs}`).err).toContain("FAILED permission denied");
  });

  test.skipIf(!AS_ROOT)("as it is in reality: the files of a private image are closed, too [needs root]", () => {
    chmodSync(join(images(), `${mine}.squashfs`), 0o600);
    expect(run("vault/mine:1").err).toContain("cannot be read");
    const seen = runAs(world.user, ["cat", join(images(), `${mine}.squashfs`)]);
    expect(seen.status).not.toBe(0);
  });
});

function busyboxLayer(word: string) {
  const links = ["sh", "cat", "echo"].map((name) => ({ path: `bin/${name}`, target: "busybox" }));
  const busybox = { path: "bin/busybox", content: readFileSync("/usr/bin/busybox"), mode: 0o755 };
  return { entries: [{ path: "bin" }, busybox, ...links, { path: "word", content: `${word}\n` }] };
}
