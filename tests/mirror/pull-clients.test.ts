// The container tools of a site pull through the mirror, set up as docs/mirror.md says.

import { existsSync } from "node:fs";
import { chmod, chown, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noApptainer } from "../apptainer/peer.ts";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser } from "../support/ordinary-user.ts";
import { hasRegistry, scratchDir, startRegistry, type TestRegistry } from "../support/registry.ts";
import { endClient, run, runAsUser, skopeo, startContainerd, startDockerd, storageFlags } from "./clients.ts";
import { documented } from "./documented.ts";
import { location, pushSample, requestsFor, startMirror, type TestMirror } from "./world.ts";

const reason = !hasRegistry ? "no docker-registry" : installed("skopeo") ? undefined : "no skopeo";
const without = (program: string) => (installed(program) ? undefined : `no ${program}`);
const asRoot = AS_ROOT ? undefined : "needs root";
const noted = (why: string | undefined) => (why === undefined ? "" : ` [${why}]`);

const noPodman = without("podman");
const noBuildah = without("buildah");
const noDocker = asRoot ?? without("dockerd");
const noContainerd = asRoot ?? without("containerd") ?? without("ctr");
const noTree = noApptainer();

// The hub is to be reached through the mirror only.
const NOWHERE = "http://127.0.0.1:1";

describe.skipIf(reason)(`through the mirror${noted(reason)}`, () => {
  let open: TestRegistry;
  let closed: TestRegistry;
  let world: TestMirror;
  let user: OrdinaryUser;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    user = ordinaryUser();
    [open, closed] = await Promise.all([
      startRegistry(),
      startRegistry({ basic: { username: "anna", password: "secret" } }),
    ]);
    await pushSample(open, "library/tool:1");
    await pushSample(closed, "team/app:1", { login: "anna:secret" });
    world = await startMirror({ locations: [location("docker.io", open.url), location("quay", closed.url)] });
  });
  afterAll(async () => {
    await world?.stop();
    await Promise.all([open?.stop(), closed?.stop()]);
  });
  beforeEach(async (context) => {
    count += 1;
    folder = await scratchDir(`client-${count}`);
    await chmod(folder, 0o755);
    await chown(folder, user.uid, user.gid);
    context.onTestFinished(() => endClient(user, folder));
  });
  // What docs/mirror.md shows, in a file.
  const fileOf = async (after: string, replaced: Readonly<Record<string, string>>) => {
    const path = join(folder, "documented");
    await writeFile(path, documented(after, replaced));
    return path;
  };
  const registriesConf = async (other: Readonly<Record<string, string>> = {}) => {
    const replaced = { "gateway.example:5000": world.host, ...other };
    return { CONTAINERS_REGISTRIES_CONF: await fileOf("registries.conf.d/gateway.conf", replaced) };
  };
  const policy = async () => {
    const path = join(folder, "policy.json");
    await writeFile(path, '{"default":[{"type":"insecureAcceptAnything"}]}');
    return ["--signature-policy", path];
  };

  test("skopeo copies by a path of the mirror", async () => {
    const source = `docker://${world.host}/docker.io/library/tool:1`;
    const copied = await skopeo("copy", "--src-tls-verify=false", source, `oci:${folder}/out`);
    expect(copied.status, copied.said).toBe(0);
  });

  test("skopeo copies a private image with the login of its registry, and not without", async () => {
    const words = ["copy", "--src-tls-verify=false", `docker://${world.host}/quay/team/app:1`];
    const copied = await skopeo(...words, `oci:${folder}/out`, "--src-creds", "anna:secret");
    expect(copied.status, copied.said).toBe(0);
    expect(await skopeo(...words, `oci:${folder}/none`)).toMatchObject({ status: 1 });
    expect(await skopeo(...words, `oci:${folder}/none`, "--src-creds", "anna:guess")).toMatchObject({ status: 1 });
  });

  test.skipIf(noPodman)(`podman pulls by a mirror of registries.conf${noted(noPodman)}`, async () => {
    const env = await registriesConf();
    const words = ["podman", ...storageFlags(folder), "pull", "-q", ...(await policy()), "docker.io/library/tool:1"];
    const pulled = await runAsUser(user, words, folder, env);
    expect(pulled.status, pulled.said).toBe(0);
  });

  test.skipIf(noPodman)(`podman pulls a private image with a login to the mirror${noted(noPodman)}`, async () => {
    const auth = Buffer.from("anna:secret").toString("base64");
    await writeFile(join(folder, "auth.json"), JSON.stringify({ auths: { [`${world.host}/quay`]: { auth } } }));
    const env = await registriesConf({
      [`${world.host}/docker.io`]: `${world.host}/quay`,
      "docker.io": "registry.example",
    });
    const words = ["podman", ...storageFlags(folder), "pull", "-q", ...(await policy())];
    const name = "registry.example/team/app:1";
    const pulled = await runAsUser(user, [...words, "--authfile", join(folder, "auth.json"), name], folder, env);
    expect(pulled.status, pulled.said).toBe(0);
  });

  test.skipIf(noBuildah)(`buildah pulls by a path of the mirror${noted(noBuildah)}`, async () => {
    const words = ["buildah", ...storageFlags(folder), "pull", "-q", "--tls-verify=false", ...(await policy())];
    const pulled = await runAsUser(user, [...words, `${world.host}/docker.io/library/tool:1`], folder);
    expect(pulled.status, pulled.said).toBe(0);
  });

  test.skipIf(noDocker)(`Docker's engine pulls by registry-mirrors${noted(noDocker)}`, async () => {
    const before = requestsFor(open, "HEAD", "/library/tool/");
    const config = await fileOf("/etc/docker/daemon.json", { "https://gateway.example:5000": `http://${world.host}` });
    const docker = await startDockerd(folder, ["--config-file", config]);
    try {
      const pulled = await docker.call("pull", "tool:1");
      expect(pulled.status, pulled.said).toBe(0);
    } finally {
      await docker.stop();
    }
    expect(requestsFor(open, "HEAD", "/library/tool/")).toBeLessThanOrEqual(before + 1);
  });

  test.skipIf(noContainerd)(`containerd pulls by hosts.toml${noted(noContainerd)}`, async () => {
    const hosts = join(folder, "hosts/docker.io");
    await mkdir(hosts, { recursive: true });
    const here = { "https://gateway.example:5000": `http://${world.host}`, "https://registry-1.docker.io": NOWHERE };
    await rename(await fileOf("/etc/containerd/certs.d/docker.io/hosts.toml", here), join(hosts, "hosts.toml"));
    const containerd = await startContainerd(folder);
    try {
      const words = ["--hosts-dir", join(folder, "hosts"), "docker.io/library/tool:1"];
      const pulled = await containerd.call("content", "fetch", ...words);
      expect(pulled.status, pulled.said).toBe(0);
    } finally {
      await containerd.stop();
    }
  });

  test.skipIf(noTree)(`Apptainer pulls by a path of the mirror${noted(noTree)}`, async () => {
    const enter = join(import.meta.dirname, "../apptainer/enter.sh");
    const tree = process.env["BERTH_APPTAINER_TREE"] ?? "/var/tmp/berth-apptainer-tree";
    const into = ["--tree", tree, "--user", user.name, "--bind", folder, "apptainer"];
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", HOME: user.home };
    const places = { APPTAINER_CACHEDIR: join(folder, "cache"), APPTAINER_TMPDIR: folder };
    const source = `docker://${world.host}/docker.io/library/tool:1`;
    const pulled = await run(enter, [...into, "pull", "--no-https", join(folder, "tool.sif"), source], {
      ...env,
      ...places,
    });
    expect(pulled.status, pulled.said).toBe(0);
    expect(existsSync(join(folder, "tool.sif"))).toBe(true);
  });

  test("berth pulls by a mirror of registries.conf", async () => {
    const env = await registriesConf();
    const main = join(import.meta.dirname, "../../src/main.ts");
    const words = [process.execPath, main, "pull", join(folder, "tool.sif"), "docker://tool:1"];
    const pulled = await runAsUser(user, words, folder, { ...env, BERTH_CACHEDIR: join(folder, "cache") });
    expect(pulled.status, pulled.said).toBe(0);
  });
});
