// Run lines as other rooms use them.

export { type CommandLine, parseRunLine, parseRunWords } from "./parse.ts";
export { linesOf, runLinesOf } from "./script.ts";
export type { RunLine, RunOption, RunTool, RunVariable, RunWord } from "./types.ts";
