// The recipe that is being written: kept while one looks at other pages, gone with the tab. In memory only, because recipes
// may hold what is nobody else's business.

import { signal } from "@preact/signals";
import type { RecipeFile, StackWish } from "../../api/types.ts";

/** What was typed. */
export interface Draft {
  readonly name: string;
  readonly files: readonly RecipeFile[];
  /** Tags, one `key:value` on each line. */
  readonly tags: string;
  /** True: what is written differs from what was deployed. */
  readonly changed: boolean;
}

const EXAMPLE_NAME = "compose.yaml";

export const EMPTY: Draft = { name: "", files: [{ name: EXAMPLE_NAME, text: "" }], tags: "", changed: false };
export const draft = signal<Draft>(EMPTY);

/** Drafts of other stacks, by name; `""`: of one that is new. */
const aside = new Map<string, Draft>();
let shown = "";

/** Shows the draft for a stack, or for a new one; another that was being written is laid aside, not lost. */
export function openDraft(stack: string): void {
  if (stack === shown) return;
  if (draft.peek().changed) aside.set(shown, draft.peek());
  else aside.delete(shown);
  shown = stack;
  draft.value = aside.get(stack) ?? EMPTY;
}

/** Whether something was written that is not deployed. */
export function isUnsaved(): boolean {
  return draft.peek().changed || [...aside].some(([stack, one]) => stack !== shown && one.changed);
}

/** Forgets them all. */
export function forgetDrafts(): void {
  aside.clear();
  draft.value = EMPTY;
}

/** Changes a part of it. */
export function edit(change: Partial<Omit<Draft, "changed">>): void {
  draft.value = { ...draft.value, ...change, changed: true };
}

/** With files put in: one of the same name is replaced, and an empty first one goes. */
export function withFiles(files: readonly RecipeFile[], more: readonly RecipeFile[]): readonly RecipeFile[] {
  const names = new Set(more.map(({ name }) => name));
  const kept = files.filter(({ name, text }) => !names.has(name) && text.trim() !== "");
  return [...kept, ...more].sort((a, b) => Number(isCompose(b.name)) - Number(isCompose(a.name)));
}

/** Whether a file is a compose file, by its name; the others are what it names. */
export function isCompose(name: string): boolean {
  return /^[^/]*\.ya?ml$/i.test(name) && /compose|stack/i.test(name);
}

/** What is sent. */
export function wishOf({ name, files, tags }: Draft): StackWish {
  const compose = files.map((file) => file.name).filter(isCompose);
  const first = files[0]?.name;
  return {
    name,
    files: files.map(({ name: file, text }) => ({ name: file, text })),
    compose: compose.length > 0 || first === undefined ? compose : [first],
    tags: tagsOf(tags),
  };
}

/** `key:value` lines as a table; lines without colon are left out. */
export function tagsOf(text: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, key, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) tags[key] = value;
  }
  return tags;
}

/** Whether there is enough to ask the server about. */
export function isWhole({ name, files }: Draft): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name) && files.some(({ text }) => text.trim() !== "");
}
