// The door of the definition-file parser.

export { parseArgument, parseArgumentLines } from "./argument-lines.ts";
export type { DefinitionStage, Header, Section } from "./ast.ts";
export { type FileLine, parseFiles } from "./files-section.ts";
export { type LabelLine, parseLabelLines } from "./labels-section.ts";
export { type ResolvedDefinition, resolveDefinition } from "./resolve.ts";
export { scriptFile, scriptOptions, scriptText } from "./script.ts";
export { titleRange } from "./sections.ts";
export { APP_SECTIONS } from "./vocabulary.ts";
