// The door of the definition front end.

export { buildArguments } from "./arguments.ts";
export { buildDefinition } from "./build-definition.ts";
export type { DefinitionJob, HostBind } from "./job.ts";
export { updatedSandbox } from "./update.ts";
