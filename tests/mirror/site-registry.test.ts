// The site's registry as people's clients meet it: who may push and pull where, tags that stay what they are, what is
// listed after a push, and what the site's checks keep back.

import { rm } from "node:fs/promises";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasRegistry, scratchDir } from "../support/registry.ts";
import { type SampleImage, writeSampleImage } from "../support/sample-image.ts";
import { skopeo } from "./clients.ts";
import { passwordOf, startSiteRegistry, type TestSiteRegistry } from "./site-registry-world.ts";
import { basic } from "./world.ts";

const reason = !hasRegistry ? "no docker-registry" : installed("skopeo") ? undefined : "no skopeo";

describe.skipIf(reason)(`the site's registry${reason ? ` [${reason}]` : ""}`, () => {
  let world: TestSiteRegistry;
  let first: SampleImage;
  let second: SampleImage;

  beforeAll(async () => {
    world = await startSiteRegistry(async ({ tag }) =>
      tag === "bad" ? { verdict: "quarantined", reason: "it is bad" } : { verdict: "accepted", reason: "" },
    );
    const { book } = world.registry;
    await book.saveTeam({ name: "physics", group: "physicists", members: new Map([["anna", "admin"]]) });
    await book.saveNamespace({
      name: "physics",
      team: "physics",
      grants: [{ to: "everyone", role: "view", repository: "open" }],
      tagRules: [{ pattern: "rel-*", kind: "immutable" }],
    });
    first = await writeSampleImage(await scratchDir("one"), { content: Buffer.from("one") });
    second = await writeSampleImage(await scratchDir("two"), { content: Buffer.from("two") });
  });
  afterAll(async () => {
    await world?.stop();
    for (const image of [first, second]) await rm(image.dir, { recursive: true, force: true });
  });

  const push = (user: string, image: SampleImage, name: string) =>
    skopeo(
      ...["copy", "-q", "--dest-tls-verify=false", "--dest-creds", `${user}:${passwordOf(user)}`],
      ...[`oci:${image.dir}:latest`, `docker://${world.host}/${name}`],
    );
  const inspect = (user: string | undefined, name: string) =>
    skopeo(
      ...["inspect", "--raw", "--tls-verify=false"],
      ...(user === undefined ? ["--no-creds"] : ["--creds", `${user}:${passwordOf(user)}`]),
      `docker://${world.host}/${name}`,
    );
  const listed = async (name: string, tag: string) => {
    for (let left = 250; left > 0; left -= 1) {
      const found = (await world.registry.shelf.tags(name)).find((one) => one.tag === tag);
      if (found?.verdict) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${name}:${tag} was not listed`);
  };

  test("lets a team push to its namespace and nobody else", async () => {
    expect((await push("bob", first, "physics/tool:latest")).said).toBe("");
    expect(await push("carla", first, "physics/tool:latest")).toMatchObject({
      status: 1,
      said: expect.stringMatching(/denied|unauthorized/),
    });
    expect((await push("carla", first, "nobodys/tool:latest")).status).toBe(1);
    expect((await push("root", first, "physics/tool:by-root")).said).toBe("");
  });

  test("keeps what a team pushed from others, unless it was opened", async () => {
    await push("anna", first, "physics/tool:latest");
    await push("anna", first, "physics/open:latest");
    expect(digestOf((await inspect("bob", "physics/tool:latest")).said)).toBe(first.manifestDigest);
    expect((await inspect("carla", "physics/tool:latest")).status).toBe(1);
    expect((await inspect(undefined, "physics/tool:latest")).status).toBe(1);
    expect(digestOf((await inspect(undefined, "physics/open:latest")).said)).toBe(first.manifestDigest);
  });

  test("gives everybody a namespace of his own", async () => {
    expect((await push("carla", first, "users/carla/deep/tool:1")).said).toBe("");
    expect((await push("anna", first, "users/carla/deep/tool:2")).status).toBe(1);
    expect((await inspect("anna", "users/carla/deep/tool:1")).status).toBe(1);
  });

  test.each(["physics/tool:1.2.3", "physics/tool:rel-7"])("does not let %s be moved, and says why", async (name) => {
    expect((await push("bob", first, name)).said).toBe("");
    expect((await push("bob", first, name)).said).toBe("");
    const moved = await push("bob", second, name);
    expect(moved).toMatchObject({ status: 1, said: expect.stringContaining("immutable") });
    expect(digestOf((await inspect("bob", name)).said)).toBe(first.manifestDigest);
  });

  test("lets only one of many pushes at once make an immutable tag", async () => {
    await push("bob", first, "physics/race:base-1");
    await push("bob", second, "physics/race:base-2");
    const token = await tokenFor("bob", "repository:physics/race:pull,push");
    const put = async (image: SampleImage) => {
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": "application/vnd.oci.image.manifest.v1+json",
      };
      const init = { method: "PUT", headers, body: new Uint8Array(image.manifestBytes) };
      return (await fetch(`http://${world.host}/v2/physics/race/manifests/9.9.9`, init)).status;
    };
    const statuses = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => put(i % 2 === 0 ? first : second)));
    expect(statuses.sort()).toEqual([201, 201, 201, 409, 409, 409]);
  });

  test.each([
    "physics/spelt/%6danifests/1.2.3",
    "physics/spelt/manifests/1%2E2.3",
    "physics/spelt/manifests//1.2.3",
    "physics/spelt/manifests/1.2.3/",
    "physics//spelt/manifests/1.2.3",
    "physics/x/../spelt/manifests/1.2.3",
  ])("takes no tag by another spelling of its path: %s", async (path) => {
    expect((await push("bob", first, "physics/spelt:1.2.3")).said).toBe("");
    // The blobs that the other manifest needs.
    await push("bob", second, "physics/spelt:latest");
    const token = await tokenFor("bob", "repository:physics/spelt:pull,push");
    const { status } = await rawPut(`/v2/${path}`, token, second.manifestBytes);
    expect(status).toBe(400);
    expect(digestOf((await inspect("bob", "physics/spelt:1.2.3")).said)).toBe(first.manifestDigest);
  });

  test("moves other tags", async () => {
    expect((await push("bob", first, "physics/tool:latest")).said).toBe("");
    expect((await push("bob", second, "physics/tool:latest")).said).toBe("");
    expect(digestOf((await inspect("bob", "physics/tool:latest")).said)).toBe(second.manifestDigest);
  });

  test("lists what was pushed, by whom", async () => {
    await push("bob", first, "physics/listed:one");
    expect(await listed("physics/listed", "one")).toMatchObject({
      digest: first.manifestDigest,
      pushedBy: "bob",
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      verdict: { verdict: "accepted" },
    });
    expect((await world.registry.shelf.repositories(undefined, 100)).items.map(({ name }) => name)).toContain(
      "physics/listed",
    );
  });

  test("does not give out what the site's checks refuse", async () => {
    await push("bob", second, "physics/checked:bad");
    await listed("physics/checked", "bad");
    expect(await inspect("bob", "physics/checked:bad")).toMatchObject({
      status: 1,
      said: expect.stringContaining("it is bad"),
    });
    await world.registry.shelf.judged(second.manifestDigest, { verdict: "accepted", reason: "released" });
    expect((await inspect("bob", "physics/checked:bad")).status).toBe(0);
  });

  test("forgets what was deleted, which an admin of the team may", async () => {
    await push("bob", first, "physics/gone:x");
    await listed("physics/gone", "x");
    const remove = async (user: string) => {
      const token = await tokenFor(user, "repository:physics/gone:pull,push,delete");
      const headers = { authorization: `Bearer ${token}` };
      const url = `http://${world.host}/v2/physics/gone/manifests/${first.manifestDigest}`;
      return (await fetch(url, { method: "DELETE", headers })).status;
    };
    expect(await remove("bob")).toBe(401);
    expect(await remove("anna")).toBe(202);
    for (let left = 250; (await world.registry.shelf.tags("physics/gone")).length > 0 && left > 0; left -= 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await world.registry.shelf.tags("physics/gone")).toEqual([]);
  });

  test("refuses wrong logins, and other people's", async () => {
    const ask = (login: string) =>
      fetch(`http://${world.host}/registry/token?service=site+registry`, { headers: { authorization: basic(login) } });
    expect((await ask("bob:nonsense")).status).toBe(401);
    expect((await ask(`bob:${passwordOf("anna")}`)).status).toBe(401);
    expect((await ask(`bob:${passwordOf("bob")}`)).status).toBe(200);
    expect((await fetch(`http://${world.host}/registry/token?service=other`)).status).toBe(400);
  });

  test("gives a token to come back with to clients that ask for one", async () => {
    const ask = async (fields: Record<string, string>) => {
      const answer = await fetch(`http://${world.host}/registry/token`, {
        method: "POST",
        body: new URLSearchParams(fields),
      });
      return (await answer.json()) as {
        readonly access_token: string;
        readonly refresh_token?: string;
        readonly scope: string;
      };
    };
    const shared = { service: "site registry", client_id: "docker", scope: "repository:physics/tool:pull,push" };
    const login = { grant_type: "password", username: "bob", password: passwordOf("bob"), access_type: "offline" };
    const { refresh_token } = await ask({ ...shared, ...login });
    const again = await ask({ ...shared, grant_type: "refresh_token", refresh_token: refresh_token ?? "" });
    expect(again.scope).toBe("repository:physics/tool:pull,push");
  });

  test("hears notifications only from who knows the secret", async () => {
    const url = `http://${world.host}/registry/events`;
    const headers = { "content-type": "application/vnd.docker.distribution.events.v1+json" };
    const body = JSON.stringify({ events: [] });
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(401);
    const told = { ...headers, authorization: "Bearer events secret" };
    expect((await fetch(url, { method: "POST", headers: told, body })).status).toBe(204);
    expect((await fetch(url, { method: "POST", headers: told, body: "{}" })).status).toBe(400);
  });

  // As it stands: other clients tidy paths up.
  function rawPut(path: string, token: string, body: Uint8Array): Promise<{ readonly status: number }> {
    const [host, port] = world.host.split(":");
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/vnd.oci.image.manifest.v1+json",
      "content-length": body.length,
    };
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, path, method: "PUT", headers }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0 });
      });
      asked.once("error", reject);
      asked.end(body);
    });
  }

  async function tokenFor(user: string, scope: string): Promise<string> {
    const url = `http://${world.host}/registry/token?service=site+registry&scope=${encodeURIComponent(scope)}`;
    const answer = await fetch(url, { headers: { authorization: basic(`${user}:${passwordOf(user)}`) } });
    return ((await answer.json()) as { readonly token: string }).token;
  }
});
