// What a builder is given: everything outside the engine that it needs.

import type { Log, Progress } from "../../base/log.ts";
import type { Pulled } from "../../oci/pull.ts";
import type { Cache } from "../../oci/store/cache.ts";
import type { Platform } from "../../oci/types.ts";
import type { ImageSource } from "../../oci/uri.ts";
import type { Environment } from "../../platform/user.ts";
import type { PathFilter } from "../../recipe/dockerignore.ts";
import type { Screen } from "./talk.ts";

export interface BuilderOptions {
  readonly cache: Cache;
  /** What images are made for. */
  readonly platform: Platform;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress: Progress;
  readonly screen: Screen;
  /** Where programs are looked for. */
  readonly env: Environment;
  /** Largest sum of file sizes that an image or archive may unpack to, in bytes. */
  readonly maxBytes: number;
  /** Do every step anew. */
  readonly noCache: boolean;
  /** The folder of the build context, and what of it is not seen. */
  readonly context: { readonly folder: string; readonly ignore: PathFilter | undefined } | undefined;
  /** True in the build's namespace; elsewhere the first thing that must be run or mounted throws `NeedsNamespace`. */
  readonly inside: boolean;
  /** True when that namespace has, or would have, a single id. */
  readonly singleId: boolean;
  /** Open a shell where a step has failed. */
  readonly debugShell: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Brings an image, whatever kind of source it has. */
  pull(source: ImageSource, platform: Platform): Promise<Pulled>;
}

/** Thrown outside the build's namespace when the build cannot go on without it. The caller enters and begins anew. */
export class NeedsNamespace extends Error {
  constructor() {
    super("the build's namespace is needed");
    this.name = "NeedsNamespace";
  }
}
