// The contract between what walks through an image and what knows the files that tell of packages. Everything found is plain
// data by path, so that it can be kept by a layer's digest and put together with other layers' without reading again. Knows
// neither archives nor layers.

import type { Distribution, Package } from "../types.ts";

/** Changes with what the readers find: facts that were kept under another number are dropped and read anew. */
export const CATALOGUER_VERSION = 3;

/** What is known of a regular file before it is read. */
export interface FileEntry {
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
}

/** That a reader wants the content of a file. */
export interface Want {
  /** Larger files are not read; that is a gap. */
  readonly maxBytes: number;
  /** The content is wanted only when it begins with these bytes. */
  readonly magic?: Buffer;
  /** That the file is there is a gap by itself; its content is not read. */
  readonly gap?: string;
}

/** A package as one file tells of it, before it is known which distribution it belongs to. */
export interface FoundPackage extends Omit<Package, "purl" | "evidence" | "layer"> {
  /** Type of the package URL, where it is not the ecosystem's name. */
  readonly type?: string;
  /** Qualifiers of the package URL beside `arch`, `distro` and `epoch`. */
  readonly qualifiers?: Readonly<Record<string, string>>;
  /** The place in a file that tells of many: a path in an archive. */
  readonly within?: string;
  /** A lock file says that it is wanted; that it is there, only its own files do. */
  readonly locked?: true;
}

/** What one file tells. */
export interface Found {
  readonly packages?: readonly FoundPackage[];
  /** Paths from the root that a package manager claims, as far as they could tell of packages themselves. */
  readonly owned?: readonly OwnedPaths[];
  readonly distribution?: Distribution;
  /** Licences of packages that another file tells of. */
  readonly licences?: readonly LicenceOfPackage[];
  /** The folder is one of conda's environments, or holds its cache. */
  readonly prefix?: string;
  /** Facts about the packages of the same folder: `["installer", "conda"]`. */
  readonly marks?: readonly Mark[];
  /** Why it could not be read, wholly or in part. */
  readonly gaps?: readonly string[];
}

/** Files that one package brought. */
export interface OwnedPaths {
  readonly ecosystem: Package["ecosystem"];
  readonly name: string;
  readonly paths: readonly string[];
}

/** What a file beside the database says of a package's licence. */
export interface LicenceOfPackage {
  readonly ecosystem: Package["ecosystem"];
  readonly name: string;
  readonly licence: string;
}

/** A partial fact: its name and value. */
export type Mark = readonly [name: "installer" | "origin", value: string];

/** Knows one kind of file. */
export interface Cataloguer {
  /** For kept facts: `dpkg`. */
  readonly name: string;
  /** `path` is text, from the root, without a leading slash. Quick: it is asked for every regular file of an image. */
  wants(path: string, entry: FileEntry): Want | undefined;
  /** What the whole content tells. Damage is a gap; what it throws becomes one. */
  read(path: string, bytes: Buffer): Found;
}

/** What one file of a layer told. */
export interface FileFacts {
  readonly path: string;
  /** The reader's name. */
  readonly reader: string;
  readonly found: Found;
}

/** What one layer (or a whole tree) tells of packages: JSON, to be kept by the layer's digest and CATALOGUER_VERSION. */
export interface LayerFacts {
  readonly files: readonly FileFacts[];
}
