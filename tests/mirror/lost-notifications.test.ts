// What the gateway does about notifications that never came: it reads what lies in its registry, and corrects its records.

import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { catchUp } from "../../src/gateway/registry/catch-up.ts";
import type { PushedManifest } from "../../src/gateway/registry/shelf.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasRegistry, scratchDir } from "../support/registry.ts";
import { type SampleImage, writeSampleImage } from "../support/sample-image.ts";
import { skopeo } from "./clients.ts";
import { passwordOf, startSiteRegistry, type TestSiteRegistry } from "./site-registry-world.ts";

const reason = !hasRegistry ? "no docker-registry" : installed("skopeo") ? undefined : "no skopeo";
const NAMES = ["users/bob/a:1", "users/bob/a:2", "users/bob/b-c:1", "users/bob/b:1"];

describe.skipIf(reason)(`after lost notifications${reason ? ` [${reason}]` : ""}`, () => {
  let world: TestSiteRegistry;
  let image: SampleImage;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    world = await startSiteRegistry(async ({ tag }) => ({ verdict: tag === "2" ? "refused" : "accepted", reason: "" }));
    image = await writeSampleImage(await scratchDir("lost"));
    for (const name of NAMES) {
      const login = ["--dest-tls-verify=false", "--dest-creds", `bob:${passwordOf("bob")}`];
      const pushed = await skopeo("copy", "-q", ...login, `oci:${image.dir}:latest`, `docker://${world.host}/${name}`);
      expect(pushed.status, pushed.said).toBe(0);
    }
    const all = NAMES.map((name) => `${name} bob`);
    await vi.waitFor(async () => expect(await listed()).toEqual(all), { timeout: 15_000, interval: 20 });
  });
  afterAll(async () => {
    await world?.stop();
    await rm(image.dir, { recursive: true, force: true });
  });

  async function listed(): Promise<readonly string[]> {
    const { shelf } = world.registry;
    const { items } = await shelf.repositories(undefined, 100);
    const tags = items.map(async ({ name }) =>
      (await shelf.tags(name)).map(({ tag, pushedBy }) => `${name}:${tag} ${pushedBy}`),
    );
    return (await Promise.all(tags)).flat().sort();
  }
  const bogus = (repository: string, tag: string, at: number): PushedManifest => ({
    ...{ repository, tag, digest: `sha256:${"0".repeat(64)}`, bytes: 1, by: "eve", at },
    mediaType: "application/vnd.oci.image.manifest.v1+json",
  });
  const correct = () => {
    const { contents, shelf } = world.registry;
    const found = (manifest: PushedManifest) => shelf.pushed(manifest);
    return catchUp({ contents, shelf, found, now: () => Date.now() / 1000 }, signal);
  };

  test("finds nothing to correct where nothing was lost", async () => {
    expect(await correct()).toEqual({ found: 0, gone: 0 });
  });

  test("lists repositories page by page", async () => {
    const names: string[] = [];
    for await (const name of world.registry.contents.repositories(1, signal)) names.push(name);
    expect(names.sort()).toEqual(["users/bob/a", "users/bob/b", "users/bob/b-c"]);
  });

  test("finds what is missing, forgets what is gone, and mends what stands for something else", async () => {
    const { shelf } = world.registry;
    await shelf.untagged("users/bob/a", "1");
    await shelf.forget("users/bob/b-c", Date.now());
    const before = Date.now() / 1000;
    for (const name of ["users/bob/b:1", "users/bob/b:9", "gone/x:1", "gone/x:2"]) {
      const [repository = "", tag = ""] = name.split(":");
      await shelf.pushed(bogus(repository, tag, before));
    }
    expect(await correct()).toEqual({ found: 3, gone: 3 });
    expect(await correct()).toEqual({ found: 0, gone: 0 });
    expect(await listed()).toEqual(["users/bob/a:1 ", "users/bob/a:2 bob", "users/bob/b-c:1 ", "users/bob/b:1 "]);
    expect(await shelf.digestOf("users/bob/b", "1")).toBe(image.manifestDigest);
    expect(await shelf.repository("gone/x")).toBeUndefined();
  });

  test("lets a notification that comes late say who it was", async () => {
    const { shelf } = world.registry;
    const late = { ...bogus("users/bob/a", "1", 5), digest: image.manifestDigest, by: "bob" };
    await shelf.pushed(late);
    await shelf.pushed(bogus("users/bob/a", "1", 4));
    expect((await shelf.tags("users/bob/a"))[0]).toMatchObject({ digest: image.manifestDigest, pushedBy: "bob" });
  });

  test("does not take a push that comes meanwhile for gone", async () => {
    const { shelf } = world.registry;
    await shelf.pushed(bogus("users/bob/late", "1", 200));
    await shelf.untagged("users/bob/late", "1", 100);
    await shelf.forget("users/bob/late", 100);
    expect(await shelf.digestOf("users/bob/late", "1")).toBeDefined();
  });

  test("goes on while the gateway runs, also when the registry comes later, and has what it finds looked at", async () => {
    const { registry } = world;
    await registry.shelf.untagged("users/bob/a", "2");
    registry.keepCaughtUp({ everyMs: 50, againMs: 50 });
    await expect
      .poll(async () => (await registry.shelf.tags("users/bob/a")).find(({ tag }) => tag === "2"), { timeout: 15_000 })
      .toMatchObject({ verdict: { verdict: "refused" } });
    await registry.shelf.untagged("users/bob/a", "2");
    await expect
      .poll(() => registry.shelf.digestOf("users/bob/a", "2"), { timeout: 15_000 })
      .toBe(image.manifestDigest);
  });
});
