// What other rooms use of the store.

export { openStore, type StoreOptions } from "./open-store.ts";
export type { Tables } from "./schema.ts";
export type { Store } from "./store.ts";
