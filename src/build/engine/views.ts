// Origins to look into: states are mounted once for all who read them. Owns those mounts.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { partialName } from "../../base/publish.ts";
import type { CopyOrigin, State } from "../types.ts";
import type { Mounted, Mounts } from "./mounts.ts";
import type { BuildPlaces } from "./places.ts";

export class Views {
  readonly #mounts: Mounts;
  readonly #places: BuildPlaces;
  readonly #context: string | undefined;
  readonly #states = new Map<string, Promise<Mounted>>();
  readonly #mounted: { readonly mounted: Mounted; readonly work: string }[] = [];

  readonly #own: string[] = [];

  /** `context` is the folder of the build context. */
  constructor(mounts: Mounts, places: BuildPlaces, context: string | undefined) {
    this.#mounts = mounts;
    this.#places = places;
    this.#context = context;
  }

  /** The folder of an origin; with `writable` a copy of its own, whose changes are thrown away. @throws E_BUILD_MOUNT */
  async folder(origin: CopyOrigin, writable: boolean): Promise<string> {
    if (origin.kind === "state") return (await this.state(origin.state, writable)).root;
    const folder = origin.kind === "folder" ? origin.path : origin.kind === "host" ? "/" : (this.#context ?? "/");
    if (!writable) return folder;
    const work = await this.workFolder();
    const mounted = await this.#mounts.over(folder, work);
    this.#mounted.push({ mounted, work });
    return mounted.root;
  }

  /** A folder of this build's own, with what `fill` puts into it. */
  async filled(fill: (folder: string) => Promise<void>): Promise<string> {
    const work = await this.workFolder();
    this.#own.push(work);
    await fill(work);
    return work;
  }

  /** A mounted state. */
  state(state: State, writable = false): Promise<Mounted> {
    const known = writable ? undefined : this.#states.get(state.key);
    if (known) return known;
    const mounted = this.#mount(state);
    if (!writable) this.#states.set(state.key, mounted);
    return mounted;
  }

  /** A new folder for something under way. */
  async workFolder(): Promise<string> {
    const work = partialName(join(this.#places.work, "step"));
    await mkdir(work, { mode: 0o755 });
    return work;
  }

  /** Unmounts everything. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#states.values());
    for (const { mounted, work } of this.#mounted.splice(0)) {
      await mounted.unmount();
      await rm(work, { recursive: true, force: true });
    }
    for (const folder of this.#own.splice(0)) await rm(folder, { recursive: true, force: true });
    this.#states.clear();
  }

  async #mount(state: State): Promise<Mounted> {
    const work = await this.workFolder();
    const mounted = await this.#mounts.overlay(state, work);
    this.#mounted.push({ mounted, work });
    return mounted;
  }
}
