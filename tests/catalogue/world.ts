// What the cases find when they begin: registries with the test images (open, and behind a password), the images as
// files, folders and archives, and a user. Made once for the whole catalogue, thrown away at its end.

import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { removeTree } from "../../src/oci/store/sandboxes.ts";
import { writeLayout } from "../support/oci-image.ts";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { freePort, startRegistry } from "../support/registry.ts";
import { leaveNothingBelow } from "../support/unmount.ts";
import { IMAGES } from "./images.ts";
import { pushArtifact } from "./push-artifact.ts";

/** The surroundings of all cases. */
export interface World {
  readonly user: OrdinaryUser;
  /** Everything of this run lies in it; the user may write. */
  readonly folder: string;
  /** Values for the `{name}`s of the steps. */
  readonly values: Readonly<Record<string, string>>;
  /** Variables that every step gets. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The binary under test. */
export const BINARY = resolve(
  process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"),
);

/** Why the catalogue cannot be played here, if it cannot. */
export function missing(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["docker-registry", "htpasswd", "skopeo", "umoci", "busybox", "mksquashfs"].find(
    (name) => !installed(name),
  );
  return program ? `${program} is not installed` : undefined;
}

/** Makes the world. */
export async function makeWorld(): Promise<World> {
  const user = ordinaryUser();
  const folder = mkdtempSync(join(tmpdir(), "berth-catalogue-"));
  chmodSync(folder, 0o755);
  for (const name of ["bin", "home"]) mkdirSync(join(folder, name));
  symlinkSync(BINARY, join(folder, "bin", "berth"));
  const layout = join(folder, "layout");
  const descriptors = await writeLayout(layout, IMAGES);
  const open = await startRegistry();
  const closed = await startRegistry({ basic: { username: "u1", password: "p1" } });
  for (const name of Object.keys(IMAGES)) push(layout, name, open.host);
  push(layout, "small", closed.host, ["--dest-creds", "u1:p1"]);
  await pushArtifact(open.host, "artifact");
  own(folder, user);
  const env = {
    PATH: `${join(folder, "bin")}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    BERTH_CACHEDIR: join(folder, "cache"),
    BERTH_RUNTIMEDIR: join(folder, "run"),
    BERTH_CONFIGDIR: join(folder, "config"),
  };
  const values = {
    reg: open.host,
    priv: closed.host,
    down: `127.0.0.1:${await freePort()}`,
    layout,
    images: folder,
    home: user.home,
    user: user.name,
    uid: String(user.uid),
    digest: descriptors["small"]?.digest ?? "",
  };
  makeFiles(user, folder, layout, { ...env, HOME: user.home }, open.host);
  const close = async () => {
    await Promise.all([open.stop(), closed.stop()]);
    await leaveNothingBelow(folder);
    await removeTree(folder);
  };
  return { user, folder, values, env, close };
}

function push(layout: string, name: string, host: string, more: readonly string[] = []): void {
  const words = ["skopeo", "copy", "--all", "--quiet", "--dest-tls-verify=false"];
  must(CALLER, [...words, ...more, `oci:${layout}:${name}`, `docker://${host}/${name}:latest`]);
}

/** The images as files, as every case but those of pulling wants them; a failure shows in the cases that need it. */
function makeFiles(
  user: OrdinaryUser,
  folder: string,
  layout: string,
  env: Record<string, string>,
  host: string,
): void {
  for (const name of Object.keys(IMAGES).filter((name) => !name.includes("/") && name !== "foreign"))
    runAs(user, ["berth", "pull", join(folder, `${name}.sif`), `docker://${host}/${name}`], { env, cwd: folder });
  must(user, ["umoci", "unpack", "--rootless", "--image", `${layout}:small`, join(folder, "bundle")]);
  renameSync(join(folder, "bundle", "rootfs"), join(folder, "sandbox"));
  for (const [transport, file] of [
    ["docker-archive", "small.tar"],
    ["oci-archive", "small.oci.tar"],
  ] as const)
    must(user, ["skopeo", "copy", "--quiet", `oci:${layout}:small`, `${transport}:${join(folder, file)}:small:latest`]);
  must(user, ["gzip", "--keep", join(folder, "small.tar"), join(folder, "small.oci.tar")]);
}

/** Who runs the tests: root, or the ordinary user itself. */
const CALLER: OrdinaryUser = AS_ROOT ? { name: "root", uid: 0, gid: 0, home: "/root" } : ordinaryUser();

function must(user: OrdinaryUser, argv: readonly string[]): void {
  const result = runAs(user, argv);
  if (result.status !== 0) throw new Error(`${argv.join(" ")}: ${result.stderr}`);
}

function own(folder: string, user: OrdinaryUser): void {
  // umoci locks the layout that it reads.
  spawnSync("chown", ["-R", `${user.uid}:${user.gid}`, join(folder, "layout")]);
  for (const name of ["", "home"]) chownSync(join(folder, name), user.uid, user.gid);
}
