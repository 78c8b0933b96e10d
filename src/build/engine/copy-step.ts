// Carries out a copy in a mounted state: where each thing goes (as COPY or as `cp -r` has it), what it looks like there.

import { errnoOf, reasonOf } from "../../base/errors.ts";
import { codeFrame } from "../../base/source.ts";
import type { CopyStep, StepOrigin } from "../types.ts";
import { findAccount } from "./accounts.ts";
import { archiveKind, unpackArchive } from "./archive.ts";
import { hasChanged, type PlannedMatch } from "./copy-plan.ts";
import { type Copied, Unreadable } from "./copy-tree.ts";
import { fail, spaceFailure } from "./errors.ts";
import { parseMode } from "./modes.ts";
import { readSmall } from "./read-file.ts";
import { fromText, toText } from "./root-path.ts";
import { Obstacle, type Owner, secondsOf, TreeWriter } from "./tree-writer.ts";

const MAX_DATABASE = 8 * 2 ** 20;

export interface CopyTools {
  readonly signal: AbortSignal;
  /** Largest sum of file sizes that an archive may unpack to, in bytes. */
  readonly maxBytes: number;
  /** Path of berth-pack. */
  readonly packer: string;
}

/** Writes what was planned into the state mounted at `root`. @throws E_COPY_… */
export async function copyStep(
  step: CopyStep,
  at: StepOrigin,
  root: string,
  planned: readonly PlannedMatch[],
  tools: CopyTools,
): Promise<void> {
  const frame = codeFrame(at);
  const copy = new Copy(step, at, root, tools);
  let source = step.sources.join(" ");
  try {
    const folder = copy.isFolder(planned);
    for (const one of planned) {
      source = toText(one.match.path || one.match.name);
      await copy.match(one, folder);
    }
    for (const { name, content, mode } of step.inline) {
      source = name;
      copy.inline(name, content, mode, folder);
    }
    await copy.settle();
  } catch (error) {
    if (error instanceof Unreadable) {
      throw fail("E_COPY_READ", { path: error.path, reason: error.message, frame }, { cause: error });
    }
    const names = ["EISDIR", "ENOTDIR", "EEXIST", "ENAMETOOLONG", "EPERM", "EINVAL"];
    if (error instanceof Obstacle || names.includes(errnoOf(error) ?? "")) {
      const { destination } = step;
      throw fail("E_COPY_KIND", { source, destination, reason: reasonOf(error), frame }, { cause: error });
    }
    throw spaceFailure(error, root);
  }
}

class Copy {
  readonly #step: CopyStep;
  readonly #at: StepOrigin;
  readonly #tools: CopyTools;
  readonly #writer: TreeWriter;
  readonly #owner: Owner | undefined;
  readonly #mode: ((mode: number, isDir: boolean) => number) | undefined;
  readonly #destination: string;
  /** First places of files with several names. */
  readonly #links = new Map<string, string>();

  constructor(step: CopyStep, at: StepOrigin, root: string, tools: CopyTools) {
    this.#step = step;
    this.#at = at;
    this.#tools = tools;
    this.#writer = new TreeWriter(root);
    this.#destination = fromText(step.destination);
    this.#owner = ownerOf(step, at, root);
    this.#mode = modeOf(step, at);
  }

  /** True when the destination is a folder that things are put into. */
  isFolder(planned: readonly PlannedMatch[]): boolean {
    if (this.#step.destination.endsWith("/") || planned.length + this.#step.inline.length > 1) return true;
    const place = this.#writer.place(this.#destination);
    return this.#step.parents || (place.missing.length === 0 && place.stat.isDirectory());
  }

  async match(planned: PlannedMatch, folder: boolean): Promise<void> {
    const { match, tree } = planned;
    const isDir = match.stat.isDirectory();
    const packing = !isDir && this.#step.unpack ? await archiveKind(match.source) : undefined;
    if (packing !== undefined) {
      const into = this.#writer.place(this.#destination);
      this.#writer.folder(this.#destination, this.#owner ?? ROOT);
      const options = {
        into: [into.inside, ...into.missing].join("/"),
        owner: this.#owner,
        at: this.#at,
        ...this.#tools,
      };
      return unpackArchive(match.source, packing, this.#writer, options);
    }
    const base = this.#base(planned, folder);
    const parent = isDir ? base : base.slice(0, base.lastIndexOf("/"));
    const made = this.#writer.folder(parent, this.#owner ?? ROOT).made;
    let count = 0;
    for (const entry of tree) {
      if (count++ % 100 === 0) this.#tools.signal.throwIfAborted();
      // The folder into which the content of another is copied stays as it is, unless it was made for that.
      if (entry.path === "" && entry.kind === "dir" && !made) continue;
      await this.#entry(entry, entry.path === "" ? base : `${base}/${entry.path}`);
    }
  }

  inline(name: string, content: Uint8Array, mode: number, folder: boolean): void {
    const path = folder ? `${this.#destination}/${fromText(name)}` : this.#destination;
    this.#writer.folder(path.slice(0, path.lastIndexOf("/")), this.#owner ?? ROOT);
    const looks = { ...(this.#owner ?? ROOT), mode: this.#mode?.(mode, false) ?? mode, mtime: undefined };
    this.#writer.write(this.#followed(path), content, looks);
  }

  async settle(): Promise<void> {
    await this.#writer.applyAttributes(this.#tools.packer);
    this.#writer.settle();
  }

  #base({ match }: PlannedMatch, folder: boolean): string {
    const end = this.#destination.replace(/\/+$/, "");
    const { parents, style } = this.#step;
    if (parents) return `${end}/${match.path}`;
    if (match.stat.isDirectory() && (style === "folder" || !folder)) return end;
    return folder ? `${end}/${match.name}` : this.#followed(end);
  }

  // A link in the last place of a file's destination leads to where the file goes.
  #followed(path: string): string {
    const place = this.#writer.place(path);
    return [place.inside, ...place.missing].join("/");
  }

  // Copying a tree over itself must not take the first name away.
  #mayLink(first: string, path: string): boolean {
    const there = this.#writer.place(path, "keep");
    const same = there.missing.length === 0 && there.found === first;
    return !same && this.#writer.isStill(first);
  }

  async #entry(entry: Copied, path: string): Promise<void> {
    const { stat } = entry;
    const owner = this.#owner ?? (this.#step.from.kind === "state" ? stat : ROOT);
    const isDir = entry.kind === "dir";
    const mode = this.#mode?.(stat.mode & 0o7777, isDir) ?? stat.mode & 0o7777;
    const looks = { uid: owner.uid, gid: owner.gid, mode, mtime: secondsOf(stat) };
    if (isDir) return this.#writer.dressFolder(this.#writer.folder(path, owner).path, looks);
    if (entry.kind === "symlink") return this.#writer.symlink(entry.target, path, looks);
    if (entry.kind !== "file") return;
    const id = `${stat.dev}:${stat.ino}`;
    const first = stat.nlink > 1 ? this.#links.get(id) : undefined;
    if (first !== undefined && this.#mayLink(first, path)) return this.#writer.link(first, path);
    try {
      const at = this.#writer.copy(entry.source, path, looks);
      if (this.#step.from.kind === "state") this.#writer.attributes.copy(entry.source, at);
      if (stat.nlink > 1) this.#links.set(id, at);
    } catch (error) {
      if (["EACCES", "ENOENT", "EIO"].includes(errnoOf(error) ?? "")) throw new Unreadable(entry.source, error);
      throw error;
    }
    if (this.#step.from.kind !== "state" && (await hasChanged(entry))) {
      throw fail("E_COPY_CHANGED", { path: toText(entry.source), frame: codeFrame(this.#at) });
    }
  }
}

const ROOT: Owner = { uid: 0, gid: 0 };

/** The owner that the step asks for. @throws E_COPY_OWNER */
export function ownerOf(step: { readonly owner?: string }, at: StepOrigin, root: string): Owner | undefined {
  const { owner } = step;
  if (owner === undefined) return undefined;
  const database = (path: string) => readSmall(root, path, MAX_DATABASE)?.toString("utf8") ?? "";
  const found = findAccount(owner, database("/etc/passwd"), database("/etc/group"));
  const frame = codeFrame(at);
  if ("unknown" in found) throw fail("E_COPY_OWNER", { owner, reason: `${found.file} has no ${found.unknown}`, frame });
  // A user given by number alone has the group of that number too (Docker's COPY --chown).
  const single = /^\d+$/.test(owner);
  return { uid: found.uid, gid: single ? found.uid : found.gid };
}

function modeOf(step: CopyStep, at: StepOrigin) {
  if (step.mode === undefined) return undefined;
  const change = parseMode(step.mode);
  if (!change) throw fail("E_COPY_MODE", { mode: step.mode, frame: codeFrame(at) });
  return change;
}
