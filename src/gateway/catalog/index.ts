// What other parts of the gateway use of the catalog.

export { mayRead, mayReadPrivately, publishedAcl, type StoredImage, seesTag, shownTo } from "./access.ts";
export { type CatalogOptions, makeCatalog } from "./catalog.ts";
export type { GatewayCatalog } from "./gateway-catalog.ts";
export { PAGE_LIMIT } from "./list.ts";
