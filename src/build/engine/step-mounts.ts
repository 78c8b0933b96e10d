// What a RUN step sees beside its state: made before it starts, gone after it. Secrets and sockets lie in memory only.

import { randomBytes } from "node:crypto";
import { chmod, chown, lstat, mkdir, open, rename, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { basename, dirname, join } from "node:path";
import { digestOf, digestParts } from "../../base/digest.ts";
import { errnoOf } from "../../base/errors.ts";
import { codeFrame } from "../../base/source.ts";
import { acquireLock, type Lock, tryLock } from "../../oci/store/lock.ts";
import type { MountRecord } from "../../run/launch-plan.ts";
import type { CopyOrigin, RunStep, StepMount, StepOrigin } from "../types.ts";
import { fail } from "./errors.ts";
import type { BuildPlaces } from "./places.ts";
import { fromText, placeIn, toText } from "./root-path.ts";

/** What making them needs. */
export interface MountTools {
  readonly places: BuildPlaces;
  readonly signal: AbortSignal;
  /** The folder of an origin, for reading; or a throw-away copy that may be written to. */
  view(origin: CopyOrigin, writable: boolean, at: StepOrigin): Promise<string>;
  /** Mounts a tmpfs on a folder and gives back what unmounts it. */
  memory(dir: string): Promise<() => Promise<void>>;
  /** Copies the content of a folder of an origin into an empty folder. */
  fill(folder: string, origin: CopyOrigin, path: string, at: StepOrigin): Promise<void>;
}

/** Mounts that are ready. */
export interface PreparedMounts {
  readonly records: readonly MountRecord[];
  readonly points: readonly { readonly path: string; readonly kind: "dir" | "file" }[];
  /** What must not appear in any output. */
  readonly secrets: readonly Uint8Array[];
  end(): Promise<void>;
}

// The name of a socket has room for 107 bytes, and a path of the cache may be longer: the folder is named by a descriptor.
async function listen(server: Server, path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  try {
    const short = `/proc/self/fd/${folder.fd}/${basename(path)}`;
    await new Promise<void>((resolve, reject) => void server.once("error", reject).listen(short, resolve));
  } finally {
    await folder.close();
  }
}

type Kind<K extends StepMount["kind"]> = Extract<StepMount, { readonly kind: K }>;

/** Prepares the mounts of a step, those of folders before those of what lies in them. @throws E_STEP_START */
export async function prepareMounts(
  step: RunStep,
  at: StepOrigin,
  work: string,
  tools: MountTools,
): Promise<PreparedMounts> {
  const making = new Making(at, join(work, "t"), tools);
  try {
    const depth = (path: string) => path.split("/").filter((name) => name !== "").length;
    for (const mount of step.mounts.toSorted((a, b) => depth(a.target) - depth(b.target))) await making.add(mount);
    return making;
  } catch (error) {
    await making.end();
    throw error;
  }
}

class Making implements PreparedMounts {
  readonly records: MountRecord[] = [];
  readonly points: { path: string; kind: "dir" | "file" }[] = [];
  readonly secrets: Uint8Array[] = [];
  readonly #at: StepOrigin;
  readonly #dir: string;
  readonly #tools: MountTools;
  readonly #ends: (() => Promise<void>)[] = [];
  #memory: Promise<void> | undefined;

  constructor(at: StepOrigin, dir: string, tools: MountTools) {
    this.#at = at;
    this.#dir = dir;
    this.#tools = tools;
  }

  async end(): Promise<void> {
    const ends = this.#ends.splice(0).toReversed();
    const failures: unknown[] = [];
    // Whatever one of them meets, the others are to be ended, too.
    for (const end of ends) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async add(mount: StepMount): Promise<void> {
    switch (mount.kind) {
      case "tmpfs":
        this.points.push({ path: mount.target, kind: "dir" });
        this.records.push({ op: "tmpfs", target: mount.target, size: mount.size ?? 0, mode: 0o1777 });
        return;
      case "host":
        return this.#bind(mount.source, mount.target, mount.readOnly, await this.#kindOf(mount.source));
      case "bind":
        return this.#origin(mount);
      case "cache":
        return this.#cache(mount);
      case "secret":
        return this.#secret(mount);
      case "ssh":
        return this.#ssh(mount);
    }
  }

  #bind(source: string, target: string, readOnly: boolean, kind: "dir" | "file"): void {
    this.points.push({ path: target, kind });
    // A device of the host (`--nv`, `--bind /dev/…`) is to be one in there, too.
    const device = source.startsWith("/dev/") ? (["dev"] as const) : [];
    this.records.push({ op: "bind", source, target, flags: [readOnly ? "ro" : "rw", ...device] });
  }

  async #kindOf(path: string): Promise<"dir" | "file"> {
    try {
      return (await stat(path)).isDirectory() ? "dir" : "file";
    } catch {
      throw this.#refuse(`${path}, which is to be bound, does not exist`);
    }
  }

  #refuse(reason: string): Error {
    return fail("E_STEP_START", { title: this.#at.title, reason, frame: codeFrame(this.#at) });
  }

  async #origin(mount: Kind<"bind">): Promise<void> {
    const root = await this.#tools.view(mount.from, mount.writable, this.#at);
    const place = placeIn(fromText(root), fromText(mount.path));
    if (!place || place.missing.length > 0) throw this.#refuse(`${mount.path}, which is to be bound, does not exist`);
    this.#bind(toText(place.found), mount.target, !mount.writable, place.stat.isDirectory() ? "dir" : "file");
  }

  async #cache(mount: Kind<"cache">): Promise<void> {
    const name = digestParts(digestOf(mount.id)).hex.slice(0, 32);
    const dir = join(this.#tools.places.mounts, await this.#cacheName(name, mount.sharing));
    const there = await lstat(dir).catch(() => undefined);
    if (!there) await this.#makeCache(dir, mount);
    this.#bind(dir, mount.target, mount.readOnly, "dir");
  }

  // Under its own name only when it is complete: a half-filled folder would pass for the cache ever after.
  async #makeCache(dir: string, mount: Kind<"cache">): Promise<void> {
    const fresh = `${this.#dir}-${randomBytes(8).toString("hex")}`;
    await mkdir(fresh, { mode: 0o700 });
    if (mount.from) await this.#tools.fill(fresh, mount.from.origin, mount.from.path, this.#at);
    await this.#dress(fresh, mount);
    await rename(fresh, dir).catch((error: unknown) => {
      // Somebody else was faster; what was made here goes with the step's folder.
      if (!["EEXIST", "ENOTEMPTY"].includes(errnoOf(error) ?? "")) throw error;
    });
  }

  async #dress(path: string, { mode, uid, gid }: Kind<"cache" | "secret" | "ssh">): Promise<void> {
    await chown(path, uid, gid).catch((error: unknown) => {
      if (errnoOf(error) !== "EINVAL") throw error;
      throw this.#refuse(`this build has no uid ${uid} or gid ${gid}, which a mount is to belong to`);
    });
    await chmod(path, mode);
  }

  async #cacheName(name: string, sharing: "shared" | "private" | "locked"): Promise<string> {
    const lockOf = (one: string) => join(this.#tools.places.locks, `mount-${one}`);
    if (sharing === "shared") return name;
    if (sharing === "locked") {
      this.#hold(await acquireLock(lockOf(name), { signal: this.#tools.signal }));
      return name;
    }
    // The first that nobody uses; a new one when all are in use.
    for (let number = 0; ; number += 1) {
      const one = number === 0 ? name : `${name}-${number}`;
      const { lock } = await tryLock(lockOf(one));
      if (!lock) continue;
      this.#hold(lock);
      return one;
    }
  }

  #hold(lock: Lock | undefined): void {
    if (lock) this.#ends.push(() => lock.release());
  }

  async #secret(mount: Kind<"secret">): Promise<void> {
    this.secrets.push(mount.content);
    const path = await this.#inMemory();
    await writeFile(path, mount.content, { mode: 0o600, flag: "wx" });
    await this.#dress(path, mount);
    this.#bind(path, mount.target, true, "file");
  }

  // The agent answers its owner only, and the step may be another user: what it says is carried over.
  async #ssh(mount: Kind<"ssh">): Promise<void> {
    const info = await lstat(mount.socket).catch(() => undefined);
    if (!info) throw this.#refuse(`there is no ssh agent at ${mount.socket}`);
    const path = await this.#inMemory();
    const open = new Set<Socket>();
    const server = createServer((client) => {
      const agent = connect(mount.socket);
      for (const side of [client, agent]) {
        open.add(side);
        side.on("error", () => [client, agent].forEach((one) => void one.destroy()));
        side.once("close", () => open.delete(side));
      }
      client.pipe(agent).pipe(client);
    });
    await listen(server, path);
    this.#ends.push(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      // A program that the step has left behind may never hang up.
      for (const side of open) side.destroy();
      await closed;
    });
    await this.#dress(path, mount);
    this.#bind(path, mount.target, false, "file");
  }

  async #inMemory(): Promise<string> {
    this.#memory ??= this.#mountMemory();
    await this.#memory;
    return join(this.#dir, randomBytes(8).toString("hex"));
  }

  async #mountMemory(): Promise<void> {
    await mkdir(this.#dir, { mode: 0o755 });
    this.#ends.push(await this.#tools.memory(this.#dir));
  }
}
