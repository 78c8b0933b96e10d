// What other parts of the gateway use of the desk.

export { type GatewayDesk, makeDesk } from "./desk.ts";
export { normalName, withDefaultTag } from "./names.ts";
export type { Collector, DeskConfig, DeskOptions, QueueLimits } from "./parts.ts";
