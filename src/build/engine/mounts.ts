// What a build mounts: bases once each, and an overlay for every state that is looked into or changed. All of it lives in
// the build's own mount namespace and is gone with it, however the build ends.

import { chmod, chown, lstat, mkdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { digestParts } from "../../base/digest.ts";
import { openImage } from "../../image/open.ts";
import { canUse } from "../../platform/access.ts";
import type { Environment } from "../../platform/user.ts";
import { systemProgram } from "../../run/programs.ts";
import { unpackTo } from "../../run/unpacked.ts";
import type { State } from "../types.ts";
import { fail } from "./errors.ts";
import { type BuildPlaces, UNPACKED } from "./places.ts";
import { type Ended, needProgram, runProgram } from "./program.ts";

/** Bytes of mount options that the kernel takes, and the words beside the lower folders. */
const MAX_OPTIONS = 4095;

/** A mounted state. */
export interface Mounted {
  /** Absolute path of the root. */
  readonly root: string;
  /** Folders that lie below the upper one, top first: to compare what was changed with what was there. */
  readonly lowers: readonly string[];
  unmount(): Promise<void>;
}

/** Makes mounts of one build. */
export class Mounts {
  readonly #places: BuildPlaces;
  readonly #env: Environment;
  readonly #makeBase: (state: State) => Promise<void>;
  readonly #bases = new Map<string, Promise<string>>();

  /** `makeBase` sees to it that the file of a state's base exists. */
  constructor(places: BuildPlaces, env: Environment, makeBase: (state: State) => Promise<void>) {
    this.#places = places;
    this.#env = env;
    this.#makeBase = makeBase;
  }

  /** Mounts a state in `work`, a folder of the engine's: changes go to `work/u`. @throws E_BUILD_MOUNT, E_BUILD_LAYERS */
  async overlay(state: State, work: string): Promise<Mounted> {
    const root = join(work, "m");
    const upper = join(work, "u");
    for (const dir of [root, upper, join(work, "k")]) await mkdir(dir, { mode: 0o755 });
    const lowers = await this.#lowers(state);
    // The upper folder is what is seen of the root directory.
    const top = await lstat(lowers[0] ?? root);
    await chown(upper, top.uid, top.gid);
    await chmod(upper, top.mode & 0o7777);
    const at = relative(this.#places.root, work);
    const names = lowers.map((path) => relative(this.#places.root, path)).join(":");
    const options = `lowerdir=${names},upperdir=${at}/u,workdir=${at}/k,userxattr`;
    if (Buffer.byteLength(options) > MAX_OPTIONS) {
      throw fail("E_BUILD_LAYERS", { count: lowers.length, max: Math.floor(MAX_OPTIONS / 20) });
    }
    await this.#mount(["-n", "-t", "overlay", "-o", options, "berth", root], "the files of a step");
    return { root, lowers, unmount: () => this.#unmount(root) };
  }

  /** Mounts a folder of the host with a throw-away upper folder in `work`. @throws E_BUILD_MOUNT */
  async over(folder: string, work: string): Promise<Mounted> {
    const root = join(work, "m");
    for (const dir of [root, join(work, "u"), join(work, "k")]) await mkdir(dir, { mode: 0o755 });
    const at = relative(this.#places.root, work);
    const lower = folder.replace(/[\\:,]/g, "\\$&");
    const options = `lowerdir=${lower},upperdir=${at}/u,workdir=${at}/k,userxattr`;
    await this.#mount(["-n", "-t", "overlay", "-o", options, "berth", root], folder);
    return { root, lowers: [folder], unmount: () => this.#unmount(root) };
  }

  /** Mounts a tmpfs on a folder: for what must not reach a disk. @throws E_BUILD_MOUNT */
  async memory(dir: string): Promise<() => Promise<void>> {
    await this.#mount(["-n", "-t", "tmpfs", "-o", "mode=0755,nosuid,nodev", "berth", dir], "a temporary file system");
    return () => this.#unmount(dir);
  }

  /** Unmounts the bases; nothing may lie over them any more. */
  async close(): Promise<void> {
    for (const mounted of this.#bases.values()) {
      const dir = await mounted.catch(() => undefined);
      if (dir !== undefined && !dir.endsWith(UNPACKED)) await this.#unmount(dir);
    }
    this.#bases.clear();
  }

  async #lowers(state: State): Promise<readonly string[]> {
    const layers = state.layers.map(({ folder }) => join(folder, "u")).toReversed();
    if (state.base?.squashfs !== undefined) return [...layers, await this.#base(state, state.base.squashfs)];
    if (layers.length > 0) return layers;
    const empty = join(this.#places.bases, "empty");
    await mkdir(empty, { recursive: true, mode: 0o755 });
    return [empty];
  }

  #base(state: State, file: string): Promise<string> {
    let mounted = this.#bases.get(file);
    if (!mounted) {
      mounted = this.#mountBase(state, file);
      this.#bases.set(file, mounted);
      mounted.catch(() => this.#bases.delete(file));
    }
    return mounted;
  }

  async #mountBase(state: State, file: string): Promise<string> {
    await this.#makeBase(state);
    const image = await openImage(file);
    const offset = image.kind === "sandbox" ? 0 : image.partition.offset;
    const name = state.base ? digestParts(state.base.image.descriptor.digest).hex.slice(0, 16) : basename(file);
    const dir = join(this.#places.bases, name);
    await mkdir(dir, { recursive: true, mode: 0o755 });
    const program = this.#env["BERTH_SQUASHFUSE"] ?? systemProgram("squashfuse_ll", this.#env);
    if (program === undefined || !canUse("/dev/fuse")) return this.#unpackBase(file, offset, `${dir}${UNPACKED}`);
    // Programs of a step become other users, and all of them read the base.
    const args = ["-o", `offset=${offset},allow_other,nosuid,nodev`, file, dir];
    this.#check(await runProgram(program, args, this.#places.root), file);
    return dir;
  }

  // Where FUSE is missing; kept for the next build, since it costs what the base is large.
  async #unpackBase(path: string, offset: number, dir: string): Promise<string> {
    const there = await lstat(dir).catch(() => undefined);
    if (!there) await unpackTo({ path, offset, unsquashfs: needProgram("unsquashfs", this.#env), dir }, {});
    return dir;
  }

  async #mount(args: readonly string[], what: string): Promise<void> {
    const program = needProgram("mount", this.#env);
    this.#check(await runProgram(program, args, this.#places.root), what);
  }

  async #unmount(path: string): Promise<void> {
    const program = needProgram("umount", this.#env);
    const first = await runProgram(program, ["-n", path], this.#places.root);
    // A process that was killed a moment ago may still hold it; nobody can come back to it.
    if (!first.ok) this.#check(await runProgram(program, ["-n", "-l", path], this.#places.root), path);
  }

  #check(ended: Ended, what: string): void {
    if (!ended.ok) throw fail("E_BUILD_MOUNT", { what, reason: ended.said.replaceAll("\n", "; ") });
  }
}
