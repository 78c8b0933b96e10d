// The door of the run room. On the way of every start its files are imported one by one instead.

export { type BindRequest, parseBindFlag, parseMountFlag } from "./binds.ts";
export type { HostFacts } from "./host.ts";
export type { ImageFacts } from "./image-facts.ts";
export { becomeLauncher } from "./launch.ts";
export type { LaunchPlan, MountRecord } from "./launch-plan.ts";
export { type PlanInput, type PlannedLaunch, planLaunch } from "./plan.ts";
export { encodePlan } from "./plan-format.ts";
export { prepare } from "./preparation.ts";
export { ownProgram, systemProgram } from "./programs.ts";
export type { LaunchRequest } from "./request.ts";
export { getReady, type Ready, type Start } from "./start.ts";
