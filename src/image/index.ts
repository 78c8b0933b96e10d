// The door of the image room. Who only needs to know what a path holds imports `open.ts` alone.

export { copyOut, type ImageFiles, inspectImage, openImageFiles, withImageFiles } from "./inspect/index.ts";
export {
  type ConversionRecord,
  type ExtraEntry,
  ensureEntries,
  metadataEntries,
  standardObjects,
} from "./metadata/index.ts";
export { type OpenedImage, openImage, type RootPartition } from "./open.ts";
export { deriveUuid, prependSif, readSif, readSifFile, type SifFile, type SifSpec } from "./sif/index.ts";
export { type ImageTree, openSquashfs } from "./squashfs-reader/index.ts";
