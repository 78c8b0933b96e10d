// What one build of a definition file is asked for, spelled out: the command line fills it in, the front end reads it.

import type { Log } from "../../base/log.ts";
import type { SourceText } from "../../base/source.ts";
import type { ImageSource } from "../../oci/uri.ts";

/** A folder or file of the host that %post, %appinstall and %test see (`--bind`, `--mount`). */
export interface HostBind {
  /** Absolute path. */
  readonly source: string;
  /** Absolute path in the image; it must be there. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** An image file that was fetched, and the source that names exactly this one. */
export interface KeptFile {
  readonly path: string;
  readonly source: ImageSource;
}

/** A build of one definition file. */
export interface DefinitionJob {
  readonly source: SourceText;
  /** `--build-arg` over `--build-arg-file`: see `buildArguments`. */
  readonly arguments: ReadonlyMap<string, string>;
  /** `--warn-unused-build-args`: an argument that nothing uses is told and no error. */
  readonly warnUnused: boolean;
  /** `--section`: the names of the sections that are carried out; undefined: all. */
  readonly sections: readonly string[] | undefined;
  /** False with `--notest`. */
  readonly test: boolean;
  /** `--force`: labels of the definition replace those of the base. */
  readonly force: boolean;
  /** `--label`. */
  readonly labels: ReadonlyMap<string, string>;
  readonly binds: readonly HostBind[];
  /** CDI devices by full name, `?` in front when they may be missing (`--nv`, `--rocm`). */
  readonly devices: readonly string[];
  /** `--update`: the image that is changed, in the place of the one that the header names. */
  readonly update?: ImageSource | undefined;
  /** Absolute; relative paths of the definition begin here. */
  readonly folder: string;
  /** The caller's variables: for %pre and %setup, and proxies for %post. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Seconds since 1970 for the build-date label (SOURCE_DATE_EPOCH); undefined: the base's creation time. */
  readonly created: number | undefined;
  /** Of berth, for a label. */
  readonly version: string;
  /** Fingerprints (40 upper-case digits) of the keys that have signed all of an image file, for `Fingerprints:`. */
  readonly signedBy?: ((path: string) => Promise<readonly string[]>) | undefined;
  /** Fetches a SIF file of a registry into the cache. */
  readonly keepFile?: ((source: Extract<ImageSource, { readonly kind: "oras" }>) => Promise<KeptFile>) | undefined;
  readonly log: Log;
}
