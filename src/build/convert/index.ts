// The door of the converter.

export { type ContextView, contextFolder } from "./context-view.ts";
export { type Conversion, exitStatus, reportTable, worstOf } from "./report.ts";
export { toDefinition } from "./to-definition.ts";
export { type DefinitionConversion, toDockerfile } from "./to-dockerfile.ts";
