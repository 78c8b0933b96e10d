// The door of the metadata room.

export { DEFINITION_ENTRYPOINT, isDefinitionImage } from "../definition-mark.ts";
export {
  type AppAttributes,
  asAttribute,
  type ImageAttributes,
  type InspectDocument,
  inspectDocument,
} from "./attributes.ts";
export type { ExtraEntry } from "./entry.ts";
export { type EnvEntry, parseEnvEntry } from "./environment.ts";
export { creationTime, definitionText, imageLabels } from "./labels.ts";
export { type BerthRecord, berthRecord, type ConversionRecord, OBJECT, standardObjects } from "./objects.ts";
export { shellQuote } from "./quote.ts";
export { ensureEntries, metadataEntries } from "./tree.ts";
