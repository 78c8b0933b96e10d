// The shell part of recipes as other rooms use it.

export { type ArgvWord, argvTree } from "./argv.ts";
export type * from "./ast.ts";
export { type Chain, type CommandUse, simpleCommands } from "./commands.ts";
export { type OptionTable, type OptionUse, type OptionWords, optionNamed, optionWords } from "./option-words.ts";
export { parseShell, printShell, type ShellOptions } from "./parse.ts";
export type { FailureOptions } from "./set-options.ts";
export { commandName, type Unwrapped, unwrap, type WrapperUse } from "./unwrap.ts";
export { assignmentOf } from "./word-assignment.ts";
export { hasGlob, literalOf, mayBeSplit, parametersOf, staticText, type Variables } from "./word-text.ts";
