// The door of the doctor: gather the facts of a machine, judge them.

export { examine, isFit } from "./checks.ts";
export type { Facts } from "./facts.ts";
export type { Finding, State } from "./finding.ts";
export { gatherFacts } from "./gather.ts";
