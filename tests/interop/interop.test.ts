// Images go both ways: what berth has written runs in the tools that sites and people use, and what those have written
// runs in berth; as layouts, archives, through registries, and out of an engine.

import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGES } from "../catalogue/images.ts";
import { BINARY, missing } from "../catalogue/world.ts";
import { writeLayout } from "../support/oci-image.ts";
import { installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { unmountBelow } from "../support/unmount.ts";
import { buildah, charliecloud, type Docker, type Peer, podman, type Said, startDocker, umoci } from "./peers.ts";

const WORDS = "entry point cmd 1 $HOME\n";
const FOLDER = mkdtempSync(join(tmpdir(), "berth-interop-"));
const at = (name: string) => join(FOLDER, name);
const unplayable = missing();
const user: OrdinaryUser = ordinaryUser();
const registry: TestRegistry | undefined = unplayable ? undefined : await startRegistry();
const secure: TestRegistry | undefined = unplayable ? undefined : await startRegistry({ tls: true });
const docker: Docker | string = unplayable ?? (await startDocker(FOLDER));
const podmanHere = podman(user, FOLDER);

prepare();
const control = "docker-archive:control.tar:control:1";

/** Why a tool cannot be asked here, if it cannot: it is not there, or does not even run what skopeo has written. */
function obstacle(program: string, peer: Peer, source = control): string | undefined {
  if (unplayable) return unplayable;
  if (!installed(program)) return `${program} is not installed`;
  const { stdout, stderr } = peer.run(source);
  return stdout === WORDS ? undefined : `${program} runs no image here: ${lastLine(stderr)}`;
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";
const buildahHere = buildah(user, FOLDER);
const umociHere = umoci(user, FOLDER);
const charlieHere = charliecloud(user, FOLDER);

/** Made before the tests are named, since their names hold the reasons for skipping them. */
function prepare(): void {
  chownSync(FOLDER, user.uid, user.gid);
  chmodSync(FOLDER, 0o755);
}

function berth(...words: string[]): Said {
  return berthWith("cache", ...words);
}

function berthWith(cache: string, ...words: string[]): Said {
  const env = { BERTH_CACHEDIR: at(cache), BERTH_RUNTIMEDIR: at("run") };
  return runAs(user, [BINARY, ...words], { cwd: FOLDER, env });
}

function skopeo(...words: string[]): Said {
  return runAs(user, ["skopeo", ...words], { cwd: FOLDER, env: { XDG_RUNTIME_DIR: FOLDER, TMPDIR: FOLDER } });
}

function must(said: Said): string {
  if (said.status !== 0) throw new Error(`${said.stdout}${said.stderr}`);
  return said.stdout;
}

async function makeControl(): Promise<void> {
  await writeLayout(at("layout"), IMAGES);
  must(skopeo("copy", "-q", "oci:layout:small", "docker-archive:control.tar:control:1"));
  // Charliecloud wants a history, which engines write and specifications do not ask for.
  execFileSync("umoci", ["config", "--image", "layout:small", "--tag", "told", "--history.comment", "x"], {
    cwd: FOLDER,
  });
  // umoci writes for its own eyes only.
  execFileSync("chmod", ["-R", "a+rX", at("layout")]);
  must(skopeo("copy", "-q", "--dest-tls-verify=false", "oci:layout:told", `docker://${secure?.host}/control:1`));
}

async function tearDown(): Promise<void> {
  await registry?.stop();
  await secure?.stop();
  if (typeof docker !== "string") await docker.stop();
  unmountBelow(FOLDER);
  const { call } = podmanHere;
  call("unshare", "rm", "-rf", at("podman"), at("buildah"));
  // Podman keeps a process for its namespace until it is told that another version follows.
  call("system", "migrate");
  // Images hold folders that their owner may not change.
  runAs(user, ["chmod", "-R", "u+rwX", FOLDER]);
  rmSync(FOLDER, { recursive: true, force: true, maxRetries: 5 });
}

if (!unplayable)
  await makeControl().catch(async (error: unknown) => {
    await tearDown();
    throw error;
  });

const REASONS = {
  podman: obstacle("podman", podmanHere),
  buildah: obstacle("buildah", buildahHere),
  umoci: obstacle("umoci", umociHere, "oci:layout:small"),
  charliecloud: obstacle("ch-run", charlieHere, `docker://${secure?.host}/control:1`),
  docker: typeof docker === "string" ? docker : obstacle("docker", docker),
};

afterAll(tearDown);

describe.skipIf(unplayable)(`what berth has written${unplayable ? ` [${unplayable}]` : ""}`, () => {
  beforeAll(() => {
    must(berth("pull", "image.sif", "oci:layout:small"));
    must(berth("pull", "--sandbox", "folder", "oci:layout:small"));
    for (const [form, from] of Object.entries({ file: "image.sif", folder: "folder", copy: "oci:layout:told" })) {
      must(berth("push", from, `docker-archive:${form}-docker.tar:berth/${form}:1`));
      must(berth("push", from, `oci-archive:${form}-oci.tar:v1`));
      must(berth("push", from, `oci:written:${form}`));
      must(berth("push", "--layer-compression", "zstd", from, `oci:written-zstd:${form}`));
      must(berth("push", from, `docker://${registry?.host}/${form}:1`));
      must(berth("push", "--no-https", from, `docker://${secure?.host}/${form}:1`));
    }
  }, 120_000);

  const FORMS = ["file", "folder", "copy"] as const;
  const archives = (form: string) => [
    // Relative, since some make a name of the path, and take a capital letter in it amiss.
    `docker-archive:${form}-docker.tar`,
    `oci-archive:${form}-oci.tar`,
    `oci:written:${form}`,
    `docker://${registry?.host}/${form}:1`,
  ];

  describe.each(FORMS)("(from a %s)", (form) => {
    test("skopeo copies all of it and checks every digest", { timeout: 60_000 }, () => {
      for (const source of [...archives(form), `oci:written-zstd:${form}`]) {
        must(skopeo("copy", "-q", "--src-tls-verify=false", source, `dir:${at(`${form}-${source.length}`)}`));
      }
    });

    test.skipIf(REASONS.podman)(because("podman runs it", REASONS.podman), { timeout: 60_000 }, () => {
      for (const source of form === "file" ? archives(form) : archives(form).slice(2)) expectRun(podmanHere, source);
    });

    test.skipIf(REASONS.buildah)(because("buildah runs it", REASONS.buildah), { timeout: 60_000 }, () => {
      for (const source of archives(form).slice(1, 3)) expectRun(buildahHere, source);
    });

    test.skipIf(REASONS.umoci)(because("umoci unpacks it", REASONS.umoci), { timeout: 60_000 }, () => {
      expectRun(umociHere, `oci:written:${form}`);
    });

    test.skipIf(REASONS.charliecloud)(because("ch-run runs it", REASONS.charliecloud), { timeout: 60_000 }, () => {
      expectRun(charlieHere, `docker://${secure?.host}/${form}:1`);
    });

    test.skipIf(REASONS.docker)(because("Docker's engine runs it", REASONS.docker), { timeout: 60_000 }, () => {
      if (typeof docker === "string") return;
      expectRun(docker, `docker-archive:${form}-docker.tar`);
      expectRun(docker, `docker://${registry?.host}/${form}:1`);
    });
  });

  test.skipIf(REASONS.charliecloud)(because("ch-run runs an unpacked folder", REASONS.charliecloud), () => {
    expect(charlieHere.runFolder(at("folder")).stdout).toBe(WORDS);
  });

  test("what is only copied keeps its digest", () => {
    const digest = (source: string) => must(skopeo("inspect", "--tls-verify=false", "--format", "{{.Digest}}", source));
    const original = digest("oci:layout:told");
    expect(digest("oci:written:copy")).toBe(original);
    expect(digest("oci-archive:copy-oci.tar:v1")).toBe(original);
    expect(digest(`docker://${registry?.host}/copy:1`)).toBe(original);
  });

  test("a SIF file made from a registry is pushed as the image that it was made from", () => {
    // With a cache of its own: layers of a layout are read where they are and never get into one.
    must(berthWith("fresh", "pull", "again.sif", `docker://${registry?.host}/copy:1`));
    const pushed = must(berthWith("fresh", "push", "again.sif", `docker://${registry?.host}/elsewhere:1`));
    const { stdout } = berth("push", "oci:layout:told", `docker://${registry?.host}/copy:1`);
    expect(pushed.split("@")[1]).toBe(stdout.split("@")[1]);
    // Its layers did not travel: the registry had them in another repository.
    expect(registry?.log()).toMatch(/POST \/v2\/elsewhere\/blobs\/uploads\/\?mount=/);
    expect(registry?.log()).not.toMatch(/PATCH \/v2\/elsewhere/);
  });

  test("a SIF file goes through a registry byte for byte", () => {
    must(berth("push", "image.sif", `oras://${registry?.host}/sif:1`));
    must(berth("pull", "fetched.sif", `oras://${registry?.host}/sif:1`));
    expect(runAs(user, ["cmp", "image.sif", "fetched.sif"], { cwd: FOLDER }).status).toBe(0);
  });
});

describe.skipIf(unplayable)(`what others have written runs in berth${unplayable ? ` [${unplayable}]` : ""}`, () => {
  const runs = (source: string, ...flags: string[]) => {
    const said = berth("run", ...flags, source);
    expect(said.stdout, said.stderr).toBe(WORDS);
  };

  test("of skopeo", { timeout: 60_000 }, () => {
    runs("docker-archive:control.tar");
    must(skopeo("copy", "-q", "oci:layout:small", "oci-archive:theirs.tar:t"));
    runs("oci-archive:theirs.tar:t");
    must(skopeo("copy", "-q", "oci:layout:small", "oci:theirs:t"));
    runs("oci:theirs:t");
  });

  test.each(["gzip", "zstd", "xz"])("of skopeo, packed with %s", { timeout: 60_000 }, (program) => {
    must(runAs(user, [program, "-q", "-k", "-f", "control.tar"], { cwd: FOLDER }));
    runs(`docker-archive:control.tar.${{ gzip: "gz", zstd: "zst", xz: "xz" }[program]}`);
  });

  test.skipIf(REASONS.podman)(because("of podman", REASONS.podman), { timeout: 60_000 }, () => {
    podmanHere.run(control);
    for (const format of ["docker-archive", "oci-archive"]) {
      must(podmanHere.call("save", "-q", "--format", format, "-o", at(`podman-${format}.tar`), "control:1"));
      runs(`${format}:podman-${format}.tar`);
    }
    must(podmanHere.call("push", "-q", "--tls-verify=false", "control:1", `docker://${registry?.host}/podman:1`));
    runs(`docker://${registry?.host}/podman:1`, "--no-https");
  });

  test.skipIf(REASONS.buildah)(because("of buildah", REASONS.buildah), { timeout: 60_000 }, () => {
    const container = must(buildahHere.call("from", "-q", control)).trim();
    must(buildahHere.call("commit", "-q", container, `oci-archive:${at("buildah.tar")}:b`));
    runs("oci-archive:buildah.tar:b");
  });

  test.skipIf(REASONS.docker)(because("of Docker's engine", REASONS.docker), { timeout: 60_000 }, () => {
    if (typeof docker === "string") return;
    must(docker.call("load", "-q", "-i", at("control.tar")));
    must(docker.call("save", "-o", at("docker.tar"), "control:1"));
    chmodSync(at("docker.tar"), 0o644);
    runs("docker-archive:docker.tar");
    must(docker.call("tag", "control:1", `${registry?.host}/docker:1`));
    must(docker.call("push", "-q", `${registry?.host}/docker:1`));
    runs(`docker://${registry?.host}/docker:1`, "--no-https");
  });

  test.skipIf(REASONS.podman)(because("out of podman's socket", REASONS.podman), { timeout: 60_000 }, async () => {
    podmanHere.run(control);
    await podmanHere.serving((host) => {
      runs("docker-daemon:control:1", "--docker-host", host);
      expect(berth("run", "--docker-host", host, "docker-daemon:nosuch:1")).toMatchObject({ status: 255 });
    });
  });

  test.skipIf(REASONS.docker)(because("out of Docker's engine", REASONS.docker), { timeout: 60_000 }, () => {
    if (typeof docker === "string") return;
    must(docker.call("load", "-q", "-i", at("control.tar")));
    chmodSync(at("docker/docker.sock"), 0o666);
    chmodSync(at("docker"), 0o755);
    runs("docker-daemon:control:1", "--docker-host", docker.host);
  });
});

function expectRun(peer: Peer, source: string): void {
  const { stdout, stderr } = peer.run(source);
  expect(stdout, `${peer.name} of ${source}: ${stderr}`).toBe(WORDS);
}

function because(name: string, reason: string | undefined): string {
  return reason ? `${name} [${reason}]` : name;
}
