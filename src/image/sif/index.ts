// The door of the SIF room.

export type { DataType, FileSystem, PartitionKind } from "./layout.ts";
export {
  findObject,
  openSifFile,
  primaryPartition,
  readObject,
  readSif,
  readSifFile,
  requireObject,
} from "./read.ts";
export type { SifDescriptor, SifFile, SifObject, SifPartition } from "./types.ts";
export { deriveUuid } from "./uuid.ts";
export { type PrependOptions, prependSif, type SifSpec } from "./write.ts";
