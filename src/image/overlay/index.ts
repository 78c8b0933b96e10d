// The door of the overlay room: files whose content is laid over an image.

export { type CreatedOverlay, createOverlay } from "./create.ts";
export { describeOverlay, type OverlayInfo } from "./describe.ts";
export { type FoundLayer, findLayer, type LayerPart, overlayParts } from "./find.ts";
export { type ExtSpec, MIB } from "./make-ext.ts";
export { resizeOverlay } from "./resize.ts";
