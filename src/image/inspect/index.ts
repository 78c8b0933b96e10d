// The door of the inspect room.

export { copyOut, type Skipped } from "./copy-out.ts";
export { type ImageFiles, openImageFiles, withImageFiles } from "./image-files.ts";
export { appAttributes, type Inspection, inspectImage, ociConfigOf } from "./inspect.ts";
