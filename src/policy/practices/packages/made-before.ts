// What the steps above a place have made: packages by their manager, caches, files by their paths. Filled step by step, and asked in
// the time of a path's parts, since a hostile recipe has thirty thousand steps that delete. Knows no practice.

import type { PackageCommand } from "../../commands/package-commands.ts";
import { writes } from "../../commands/writes.ts";
import type { CommandView, StepView } from "../../recipe-view/types.ts";

/** A folder or a file; the numbers are those of the last step that made it, and anything in it. */
interface Place {
  readonly inner: Map<string, Place>;
  whole: number;
  below: number;
}

const NONE = -1;

const CACHES: readonly (readonly [managers: RegExp, path: RegExp])[] = [
  [/^apt/, /^\/var\/(lib\/apt|cache\/apt|lib\/cache|cache(\/\*)?$)/],
  [/^(yum|.*dnf)$/, /^\/var\/cache\/(yum|dnf|libdnf5|\*|$)/],
  [/^zypper$/, /^\/var\/cache\/zypp/],
  [/^apk$/, /^\/var\/cache\/apk/],
  [/^pip$/, /\/\.cache(\/(\*|pip(\/.*)?))?$/],
  [/conda|mamba/, /\/pkgs(\/|$)/],
  [/^(npm|yarn|pnpm)$/, /\/\.(npm|yarn|cache\/(yarn|\*))(\/|$)/],
];

/** The steps so far, by what they made. All answers are indexes of steps; -1: none. */
export class MadeBefore {
  readonly #root: Place = { inner: new Map(), whole: NONE, below: NONE };
  readonly #stores = new Map<string, number>();
  readonly #caches = CACHES.map(() => NONE);

  /** Takes what a step makes; steps come in their order. */
  add(index: number, step: StepView, commands: readonly CommandView[], calls: readonly PackageCommand[]): void {
    for (const call of calls.filter(makes)) {
      this.#stores.set(storeOf(call), index);
      for (const [at, [managers]] of CACHES.entries()) if (managers.test(call.manager)) this.#caches[at] = index;
    }
    for (const { target, sources } of step.copies) {
      if (target === undefined) continue;
      // `COPY a.tgz /opt/` makes `/opt/a.tgz`, not all of `/opt`.
      const names = target.endsWith("/") ? sources.map(({ text }) => text.split("/").at(-1) ?? "") : [""];
      for (const name of names) this.#put(`${target}${name}`, index, true);
    }
    for (const command of commands)
      for (const { path, how } of writes(command)) this.#put(path, index, how !== "folder");
  }

  /** The last step that made something of a manager's. */
  store(call: PackageCommand): number {
    return this.#stores.get(storeOf(call)) ?? NONE;
  }

  /** The last step that made something a pattern stands for. */
  path(pattern: string): number {
    const caches = CACHES.map(([, path], at) => (path.test(pattern) ? (this.#caches[at] ?? NONE) : NONE));
    const fixed = pattern.replace(/(?:\/|^)[^/]*[*?[].*$/s, "");
    if (fixed.length <= 1) return Math.max(...caches);
    let place: Place | undefined = this.#root;
    let above = NONE;
    for (const part of partsOf(fixed)) {
      place = place.inner.get(part);
      if (!place) break;
      above = Math.max(above, place.whole);
    }
    return Math.max(...caches, place?.below ?? NONE, fixed === pattern ? above : NONE);
  }

  // What is only a folder is nothing that a file in it was part of.
  #put(path: string, index: number, whole: boolean): void {
    let place = this.#root;
    for (const part of partsOf(path)) {
      const next = place.inner.get(part) ?? { inner: new Map(), whole: NONE, below: NONE };
      place.inner.set(part, next);
      next.below = index;
      place = next;
    }
    if (whole) place.whole = index;
  }
}

function makes({ action }: PackageCommand): boolean {
  return action === "install" || action === "create" || action === "upgrade" || action === "refresh";
}

// dnf and yum are one, and so are apt and apt-get, conda and mamba.
function storeOf({ manager }: PackageCommand): string {
  return manager
    .replace(/^(apt|aptitude|apt-get)$/, "apt")
    .replace(/^(yum|microdnf|tdnf)$/, "dnf")
    .replace(/^m.*amba$/, "conda");
}

// `$HOME` counts as `/root`, which it is in builds; paths whose folder is not known are apart from absolute ones.
function partsOf(path: string): readonly string[] {
  const rooted = path.replace(/^\$HOME(?=\/|$)/, "/root");
  return [rooted.startsWith("/") ? "/" : "", ...rooted.split("/").filter((part) => part !== "")];
}
