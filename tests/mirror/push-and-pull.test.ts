// What people push to the site's own registry they run at once: no login, no waiting for an answer to grow old, and no
// word to those who may not look.

import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf, digestParts } from "../../src/base/digest.ts";
import {
  listPulls,
  listRepositories,
  requestPull,
  saveNamespace,
  showRepository,
} from "../../src/gateway/client/api.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasRegistry, scratchDir } from "../support/registry.ts";
import { type SampleImage, writeSampleImage } from "../support/sample-image.ts";
import type { Said } from "./clients.ts";
import { type OwnSite, startOwnSite } from "./own-site.ts";

// Until a notification has come.
const WAIT = { timeout: 15_000, interval: 50 };
const reason = !hasRegistry ? "no docker-registry" : installed("skopeo") ? undefined : "no skopeo";

describe.skipIf(reason)(`what was pushed to the site's registry${reason ? ` [${reason}]` : ""}`, () => {
  let site: OwnSite;
  let first: SampleImage;
  let second: SampleImage;
  beforeAll(async () => {
    site = await startOwnSite();
    first = await writeSampleImage(await scratchDir("one"), { content: Buffer.from("one") });
    second = await writeSampleImage(await scratchDir("two"), { content: Buffer.from("two") });
  });
  afterAll(async () => {
    await site?.stop();
    for (const image of [first, second]) await rm(image.dir, { recursive: true, force: true });
  });

  const push = async (user: string, image: SampleImage, name: string) => {
    const pushed = await site.push(user, `${image.dir}:latest`, name);
    expect(pushed.status, pushed.said).toBe(0);
  };
  const pulled = (user: string, name: string) => site.person(user).pulled(name);
  const READY = ({ manifestDigest }: SampleImage) => ({ status: "READY", id: manifestDigest.slice("sha256:".length) });
  const HIDDEN = { status: "FAILURE", status_message: expect.stringContaining("or none that you may view") };

  test("is READY for its team without a login, and is not there for others, as what never was", async () => {
    await push("anna", first, "physics/tool:1");
    const shifterimg = (user: string, name: string) => site.berth(user, "shifterimg", "pull", `docker:${name}`);
    const mine = await shifterimg("anna", "site/physics/tool:1");
    const [hidden, missing] = await Promise.all([
      shifterimg("eve", "site/physics/tool:1"),
      shifterimg("eve", "site/physics/null:1"),
    ]);
    expect(mine).toMatchObject({ status: 0, said: expect.stringMatching(/status: READY\n$/) });
    expect(hidden.said).toMatch(/the site's registry has no \S+physics\/tool:1, or none that you may view/);
    const words = ({ status, said }: Said) => [status, said.slice(said.lastIndexOf("FAILURE"))];
    expect(words(hidden)).toEqual(words({ ...missing, said: missing.said.replaceAll("null", "tool") }));
    expect((await site.person("eve").lookup("site/physics/tool:1")).status).toBe(404);
    expect(await pulled("bob", "site/physics/tool:1")).toMatchObject(READY(first));
  });

  test("is seen by the next pull when its tag has moved", async () => {
    await push("anna", first, "physics/moving:latest");
    expect(await pulled("anna", "physics/moving:latest")).toMatchObject(READY(first));
    await push("bob", second, "physics/moving:latest");
    expect(await pulled("anna", "physics/moving:latest")).toMatchObject(READY(second));
    expect((await site.person("anna").pull("physics/moving:latest")).body).toMatchObject(READY(second));
  });

  test("is pulled by berth gateway too, and once is enough, also of an index", async () => {
    const dir = await withIndex(first);
    const copied = await site.push("anna", `${dir}:latest`, "users/anna/own:1");
    expect(copied.status, copied.said).toBe(0);
    await rm(dir, { recursive: true });
    const found = await site.berth("anna", "gateway", "pull", "site/users/anna/own:1");
    expect(found).toMatchObject({ status: 0, said: expect.stringContaining(READY(first).id) });
    const again = await requestPull(site.as("anna"), { tag: "site/users/anna/own:1" });
    expect(again).toMatchObject({ image: { status: "READY", private: true } });
    expect(await pulled("eve", "site/users/anna/own:1")).toMatchObject(HIDDEN);
  });

  test("counts at once after a pull that found nothing", async () => {
    expect(await pulled("anna", "site/physics/later:1")).toMatchObject(HIDDEN);
    await push("anna", first, "physics/later:1");
    await expect.poll(async () => (await pulled("anna", "site/physics/later:1")).status, WAIT).toBe("READY");
  });

  test("is there at once for whom it is granted to, and no more than that", async () => {
    await push("anna", second, "physics/granted:1");
    expect(await pulled("eve", "site/physics/granted:1")).toMatchObject(HIDDEN);
    const grants = [{ to: "user:eve", role: "view", repository: "granted" }] as const;
    await saveNamespace(site.as("anna"), { name: "physics" }, { team: "physics", grants, tagRules: [] });
    expect(await pulled("eve", "site/physics/granted:1")).toMatchObject(READY(second));
    expect(await pulled("eve", "site/physics/tool:1")).toMatchObject(HIDDEN);
  });

  test("keeps its name from other people's queue", async () => {
    await push("anna", first, "physics/secret:1");
    await requestPull(site.as("anna"), { tag: "site/physics/secret:1" });
    const { items } = await listPulls(site.as("eve"));
    expect(items.filter(({ tag }) => tag.includes("secret"))).toEqual([]);
    expect(await pulled("anna", "site/physics/secret:1")).toMatchObject(READY(first));
  });

  test("is listed with what the systems have of it, as far as one may know", async () => {
    await push("anna", first, "physics/listed:1");
    await push("anna", second, "physics/listed:2");
    await pulled("anna", "site/physics/listed:1");
    const images = async (user: string) => (await showRepository(site.as(user), { name: "physics/listed" })).images;
    const shared = { repository: "physics/listed", system: "cluster", status: "READY" };
    const made = { ...shared, tag: "1", image: "site/physics/listed:1", current: true };
    await expect.poll(() => images("anna"), WAIT).toEqual([made]);
    const { items } = await listRepositories(site.as("anna"), { limit: 1000 });
    expect(items.find(({ name }) => name === "physics/listed")?.images).toEqual([made]);
    await push("anna", second, "physics/listed:1");
    await expect.poll(() => images("anna"), WAIT).toEqual([{ ...made, current: false }]);
    expect(await showRepository(site.as("anna"), { name: "physics/listed" })).toMatchObject({
      role: "admin",
      tags: [
        { tag: "1", digest: second.manifestDigest, images: [{ ...made, current: false }] },
        { tag: "2", images: [] },
      ],
    });
    await expect(images("eve")).rejects.toMatchObject({ http: 404 });
  });

  test("has left no pass in the log", () => {
    expect(JSON.stringify(site.server.log())).not.toContain("eyJ");
  });
});

/** A layout whose tag is an index that names the image. */
async function withIndex({ dir: plain, manifestDigest, manifestBytes }: SampleImage): Promise<string> {
  const dir = await scratchDir("index");
  await cp(plain, dir, { recursive: true });
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const platform = { os: "linux", architecture: "amd64" };
  const image = { digest: manifestDigest, size: manifestBytes.length, platform };
  const manifests = [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...image }];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  await writeFile(join(dir, "blobs/sha256", digestParts(digestOf(bytes)).hex), bytes);
  const entry = { mediaType, digest: digestOf(bytes), size: bytes.length };
  const tagged = { ...entry, annotations: { "org.opencontainers.image.ref.name": "latest" } };
  await writeFile(join(dir, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [tagged] }));
  return dir;
}
