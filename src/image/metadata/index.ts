// The door of the metadata room.

export { DEFINITION_ENTRYPOINT, isDefinitionImage } from "../definition-mark.ts";
export { type AppAttributes, asAttribute, type ImageAttributes } from "./attributes.ts";
export type { ExtraEntry } from "./entry.ts";
export { creationTime } from "./labels.ts";
export { OBJECT, standardObjects } from "./objects.ts";
export { ensureEntries, metadataEntries } from "./tree.ts";
