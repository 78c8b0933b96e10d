// The door of the compose reader.

export type { Treatment } from "./key-types.ts";
export { KEYS } from "./keys.ts";
export { printStack } from "./print/print-stack.ts";
export { readStack } from "./read-stack.ts";
export type { ComposeFiles, ComposeNote, ReadOptions, ReadStack } from "./types.ts";
