// The container tools of a site push to its own registry: what a team's member pushes is listed, and others are refused.

import { chmod, chown, cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser } from "../support/ordinary-user.ts";
import { hasRegistry, scratchDir } from "../support/registry.ts";
import { type SampleImage, writeSampleImage } from "../support/sample-image.ts";
import { endClient, runAsUser, type Said, skopeo, startDockerd, storageFlags } from "./clients.ts";
import { passwordOf, startSiteRegistry, type TestSiteRegistry } from "./site-registry-world.ts";

const reason = !hasRegistry ? "no docker-registry" : installed("skopeo") ? undefined : "no skopeo";
const without = (program: string) => (installed(program) ? undefined : `no ${program}`);
const noted = (why: string | undefined) => (why === undefined ? "" : ` [${why}]`);
const noPodman = without("podman");
const noBuildah = without("buildah");
const noDocker = AS_ROOT ? without("dockerd") : "needs root";

describe.skipIf(reason)(`to the site's registry${noted(reason)}`, () => {
  let world: TestSiteRegistry;
  let user: OrdinaryUser;
  let image: SampleImage;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    user = ordinaryUser();
    world = await startSiteRegistry();
    await world.registry.book.saveTeam({ name: "physics", group: "physicists", members: new Map() });
    await world.registry.book.saveNamespace({ name: "physics", team: "physics", grants: [], tagRules: [] });
    image = await writeSampleImage(await scratchDir("pushed"));
  });
  afterAll(async () => {
    await world?.stop();
    await rm(image.dir, { recursive: true, force: true });
  });
  beforeEach(async (context) => {
    count += 1;
    folder = await scratchDir(`push-${count}`);
    await cp(image.dir, join(folder, "layout"), { recursive: true });
    await writeFile(join(folder, "policy.json"), '{"default":[{"type":"insecureAcceptAnything"}]}');
    for (const path of [folder, join(folder, "layout")]) await chmod(path, 0o755);
    await chown(folder, user.uid, user.gid);
    context.onTestFinished(() => endClient(user, folder));
  });

  const accepted = async (pushed: Said, repository: string) => {
    expect(pushed.status, pushed.said).toBe(0);
    for (let left = 250; left > 0; left -= 1) {
      const [tag] = await world.registry.shelf.tags(repository);
      if (tag) return expect(tag).toMatchObject({ tag: "1", pushedBy: "bob" });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${repository} was not listed`);
  };
  const refused = (pushed: Said) => {
    expect(pushed.status).not.toBe(0);
    expect(pushed.said).toMatch(/denied|unauthorized|authentication required/i);
  };
  const login = (name: string) => `${name}:${passwordOf(name)}`;

  test.skipIf(noPodman)(`podman pushes${noted(noPodman)}`, async () => {
    const podman = (...words: string[]) => runAsUser(user, ["podman", ...storageFlags(folder), ...words], folder);
    const pulled = await podman("pull", "-q", "--signature-policy", join(folder, "policy.json"), "oci:layout:latest");
    expect(pulled.status, pulled.said).toBe(0);
    const id = /^[0-9a-f]{64}$/m.exec(pulled.said)?.[0] ?? "";
    const push = (name: string) =>
      podman("push", "--tls-verify=false", "--creds", login(name), id, `docker://${world.host}/physics/podman:1`);
    refused(await push("carla"));
    await accepted(await push("bob"), "physics/podman");
  });

  test.skipIf(noBuildah)(`buildah pushes${noted(noBuildah)}`, async () => {
    const buildah = (command: string, ...words: string[]) =>
      runAsUser(
        user,
        ["buildah", ...storageFlags(folder), command, "--signature-policy", join(folder, "policy.json"), ...words],
        folder,
      );
    const pulled = await buildah("pull", "-q", "oci:layout:latest");
    expect(pulled.status, pulled.said).toBe(0);
    const id = /^[0-9a-f]{64}$/m.exec(pulled.said)?.[0] ?? "";
    const push = (name: string) =>
      buildah("push", "--tls-verify=false", "--creds", login(name), id, `docker://${world.host}/physics/buildah:1`);
    refused(await push("carla"));
    await accepted(await push("bob"), "physics/buildah");
  });

  test.skipIf(noDocker)(`Docker pushes after a login, which leaves no password behind${noted(noDocker)}`, async () => {
    const archive = join(folder, "image.tar");
    await skopeo("copy", "-q", `oci:${folder}/layout:latest`, `docker-archive:${archive}:loaded:1`);
    const docker = await startDockerd(folder, []);
    try {
      expect((await docker.call("load", "-i", archive)).status).toBe(0);
      const target = `${world.host}/physics/docker:1`;
      await docker.call("tag", "loaded:1", target);
      refused(await docker.call("push", target));
      const wrong = await docker.call("login", "-u", "bob", "-p", "wrong", world.host);
      expect(wrong.status).not.toBe(0);
      const logged = await docker.call("login", "-u", "bob", "-p", passwordOf("bob"), world.host);
      expect(logged.status, logged.said).toBe(0);
      await accepted(await docker.call("push", target), "physics/docker");
      const pulled = await docker.call("pull", target);
      expect(pulled.status, pulled.said).toBe(0);
    } finally {
      await docker.stop();
    }
  });

  test("berth pushes", async () => {
    const main = join(import.meta.dirname, "../../src/main.ts");
    const push = (name: string) =>
      runAsUser(
        user,
        [process.execPath, main, "push", `oci:${folder}/layout:latest`, `docker://${world.host}/physics/berth:1`],
        folder,
        { BERTH_CACHEDIR: join(folder, "cache"), BERTH_DOCKER_USERNAME: name, BERTH_DOCKER_PASSWORD: passwordOf(name) },
      );
    refused(await push("carla"));
    await accepted(await push("bob"), "physics/berth");
  });
});
