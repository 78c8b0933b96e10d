// What can only be known by trying: a user namespace and an overlay in one, made in processes that end at once.
// The plans are those of docs/launch-plan.md; without the launcher, `unshare` of util-linux tries the same system calls.

import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Trial } from "./facts.ts";
import { attempt, type Outcome } from "./read.ts";

export interface Trials {
  readonly namespace: Trial;
  readonly overlay: Trial;
}

/** Tries both; leaves nothing behind. `temp` must exist and be writable. */
export async function tryNamespaces(launcher: string | undefined, temp: string, signal: AbortSignal): Promise<Trials> {
  let folder: string;
  try {
    folder = await mkdtemp(join(temp, "berth-doctor-"));
  } catch {
    const untried: Trial = { works: undefined, by: "nothing", reason: `${temp} cannot be written to` };
    return { namespace: untried, overlay: untried };
  }
  try {
    return await (launcher ? withLauncher(launcher, folder, signal) : withUnshare(folder, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withLauncher(launcher: string, folder: string, signal: AbortSignal): Promise<Trials> {
  const empty = join(folder, "root");
  await mkdir(empty);
  const launch = async (name: string, records: readonly (readonly string[])[]): Promise<Trial> => {
    const plan = join(folder, name);
    await writeFile(
      plan,
      `BERTHPLAN1\n${records
        .flat()
        .map((word) => `${word}\0`)
        .join("")}`,
    );
    return verdict("berth-launch", await attempt(launcher, [plan], signal));
  };
  return {
    namespace: await launch("namespace", plan("/", ["layer", "none", "0", "", ""], [])),
    overlay: await launch("overlay", plan(empty, ["layer", "tmpfs", "1048576", "", ""], systemFolders())),
  };
}

type Records = readonly (readonly string[])[];

function plan(root: string, layer: readonly string[], binds: Records): Records {
  return [
    ["userns", "self"],
    ["root", "dir", root, "0"],
    layer,
    ...binds,
    ["chdir", "/"],
    ["umask", "0022"],
    ["caps", "none"],
    ["env", "PATH=/usr/bin:/bin"],
    ["exec", "true"],
    ["arg", "true"],
    ["end"],
  ];
}

// The trial's root is empty: a program needs its libraries.
function systemFolders(): Records {
  return ["/usr", "/bin", "/lib", "/lib64"].map((folder) => ["bind", folder, folder, "ro,try"]);
}

async function withUnshare(folder: string, signal: AbortSignal): Promise<Trials> {
  const unshare = (...command: string[]) =>
    attempt("unshare", ["--user", "--map-root-user", "--mount", ...command], signal);
  // Mounting in it counts: Ubuntu's AppArmor lets the namespace be made, and then nothing be done in it.
  const namespace = verdict("unshare", await unshare("mount", "--bind", folder, folder));
  for (const name of ["lower", "upper", "work", "merged"]) await mkdir(join(folder, name));
  const at = (name: string): string => join(folder, name);
  const options = `lowerdir=${at("lower")},upperdir=${at("upper")},workdir=${at("work")},userxattr`;
  const overlay = verdict("unshare", await unshare("mount", "-t", "overlay", "overlay", "-o", options, at("merged")));
  // The kernel leaves a folder there that not even its owner may list, and so not remove.
  await chmod(join(at("work"), "work"), 0o700).catch(() => undefined);
  return {
    namespace,
    overlay: namespace.works ? overlay : { ...overlay, works: undefined, reason: "needs a user namespace" },
  };
}

function verdict(by: string, { status, reason }: Outcome): Trial {
  if (status === 0) return { works: true, by };
  if (status === undefined) return { works: undefined, by, reason: `${by} could not be run: ${reason}` };
  // Programs begin their complaints with their own name, which the finding says already.
  return { works: false, by, reason: reason.replace(`${by}: `, "") || `status ${status}` };
}
