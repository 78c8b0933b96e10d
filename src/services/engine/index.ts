// The door of the engine part: an engine over Docker's API, and what is known of its containers without asking it.

export { usualAddress } from "./address.ts";
export type { ClientSettings } from "./client.ts";
export { connectEngine, isAbsence } from "./engine.ts";
export { splitReference } from "./images.ts";
export { type LiveChange, LiveContainers, type LiveSettings } from "./live.ts";
export { engineAddress, openEngine } from "./open.ts";
export { examineEngine, type Preflight } from "./preflight/index.ts";
