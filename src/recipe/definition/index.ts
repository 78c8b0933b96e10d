// The door of the definition-file parser.

export { type ArgumentLine, parseArgument, parseArgumentLines } from "./argument-lines.ts";
export type { Definition, DefinitionStage, Header, Section } from "./ast.ts";
export { type FileLine, type FileLines, parseFiles } from "./files-section.ts";
export { type LabelLine, type LabelLines, parseLabelLines } from "./labels-section.ts";
export { parseDefinition } from "./parse.ts";
export { type ResolvedDefinition, resolveDefinition } from "./resolve.ts";
export { type ScriptOptions, scriptFile, scriptOptions, scriptText } from "./script.ts";
export { titleRange } from "./sections.ts";
export { type Arguments, type Replaced, replaceArguments } from "./template.ts";
export { APP_SECTIONS, isHeaderKey, isSectionName, SCRIPT_SECTIONS } from "./vocabulary.ts";
