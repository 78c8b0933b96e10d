// The site's own registry behind `berth serve`: what the server makes for it, and that its token service knows people.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSite, type ServeProcess, type TestSite } from "./site.ts";

describe("berth serve with a registry of the site's own", () => {
  let site: TestSite;
  let server: ServeProcess;
  beforeAll(async () => {
    const registry = { backend: "unix:/nonexistent/registry.sock", publicUrl: "http://gateway.example" };
    site = await makeSite({ registry: { ...registry, tagRules: [{ pattern: "semver", kind: "immutable" }] } });
    server = await site.serve();
  });
  afterAll(async () => {
    await server?.stop();
    await site?.remove();
  });

  test("writes what the registry program is started with, for its own account alone", async () => {
    const path = join(site.dir, "state", "registry", "config.yml");
    const text = await readFile(path, "utf8");
    expect(text).toContain("/nonexistent/registry.sock");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("gives tokens where the registry sends people, to whoever can log in", async () => {
    const text = await readFile(join(site.dir, "state", "registry", "config.yml"), "utf8");
    const realm = /realm: (\S+)/.exec(text)?.[1] ?? "";
    const ask = (password: string) =>
      fetch(`${server.url}${new URL(realm).pathname}?service=gateway.example`, {
        headers: { authorization: `Basic ${btoa(`alice:${password}`)}` },
      });
    expect((await ask("good:alice:alice::500:500")).status).toBe(200);
    expect((await ask("nonsense")).status).toBe(401);
  });

  test("keeps its own API beside it", async () => {
    const headers = { authentication: "good:alice:alice::500:500" };
    expect((await fetch(`${server.url}/v2/images`, { headers })).status).toBe(200);
    expect((await fetch(`${server.url}/v2/teams`, { headers })).status).toBe(200);
  });
});
