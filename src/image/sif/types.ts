// The records that cross the door of the SIF room.

import type { DataType, FileSystem, PartitionKind } from "./layout.ts";

/** What a partition descriptor says beyond the common fields. */
export interface SifPartition {
  readonly fs: FileSystem;
  readonly kind: PartitionKind;
  /** GOARCH name, or `unknown`. */
  readonly arch: string;
}

/** One used descriptor, checked: its bytes lie inside the file. */
export interface SifDescriptor {
  readonly id: number;
  readonly type: DataType | "unknown";
  /** Number of the group, 0 for none. */
  readonly group: number;
  /** An object's id, 0 for none; for a link to a group see `linkedGroup`. */
  readonly link: number;
  readonly linkedGroup: number;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  readonly size: number;
  /** Size including the gap before the object. */
  readonly paddedSize: number;
  /** Seconds since 1970. */
  readonly created: number;
  readonly modified: number;
  readonly name: string;
  readonly partition: SifPartition | undefined;
}

/** Header and descriptors of a SIF file. */
export interface SifFile {
  readonly launch: string;
  readonly arch: string;
  /** In the usual form with dashes. */
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly modified: number;
  readonly descriptorsTotal: number;
  readonly descriptorsFree: number;
  readonly descriptorsOffset: number;
  readonly dataOffset: number;
  readonly dataSize: number;
  /** Size of the whole file. */
  readonly fileSize: number;
  readonly descriptors: readonly SifDescriptor[];
}

/** A data object to be written; its content is held in memory, so it is meant for metadata. */
export interface SifObject {
  readonly type: DataType;
  readonly name: string;
  readonly content: Uint8Array;
  /** Of a crypto-message: PEM with what RSA-OAEP sealed, which opens the partition. */
  readonly seal?: true;
}
