// `<id>.meta`: what Shifter's C runtime is told of an image (spec/shifter.md 3.2). Its reader knows no quoting, so some
// values cannot be said there. They are left out rather than bent: the runtime then refuses, or misses a variable, but
// never runs another command or believes a line that the image's author has forged. The truth stands in `<id>.json`.

import type { PublishedAcl } from "../types.ts";

/** What `.meta` is made of. */
export interface MetaFacts {
  readonly format: string;
  readonly env: readonly string[];
  readonly entry: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  readonly workdir: string | null;
  readonly acl: PublishedAcl;
}

/** More ids in one line make the runtime abort, for everybody. */
export const MAX_IDS = 1000;

/** The text of `.meta`; `aclInMeta` is the site's wish to have the lists of private images in it. */
export function writeMeta(facts: MetaFacts, { aclInMeta }: { readonly aclInMeta: boolean }): string {
  const { entry, cmd, workdir, env, acl } = facts;
  const lists = aclInMeta && acl.private;
  // A command without its arguments, or arguments without their command, would be another command.
  const sayable = isSayable(entry ?? []) && isSayable(cmd ?? []);
  const lines = [
    line("FORMAT", facts.format),
    sayable ? line("ENTRY", wordList(entry)) : undefined,
    sayable ? line("CMD", wordList(cmd)) : undefined,
    workdir !== null && isOneLine(workdir) ? line("WORKDIR", workdir) : undefined,
    lists ? line("USERACL", idList(acl.users)) : undefined,
    lists ? line("GROUPACL", idList(acl.groups)) : undefined,
    ...env.filter((variable) => /^[^=]+=/.test(variable) && isOneLine(variable)).map((one) => line("ENV", one)),
  ];
  return lines.filter((one) => one !== undefined).join("");
}

function line(key: string, value: string): string | undefined {
  return value === "" ? undefined : `${key}: ${value}\n`;
}

function isSayable(words: readonly string[]): boolean {
  return words.every((word) => !/['\n\r\0]/.test(word));
}

// The reader trims before it looks for the `\` that joins the next line, so that blanks behind it do not help.
function isOneLine(value: string): boolean {
  return !/[\n\r\0]/.test(value) && value.trim() !== "" && !/\\\s*$/.test(value);
}

// The list as Python prints it: the reader looks for `['` at the beginning.
function wordList(words: readonly string[] | null): string {
  return words === null || words.length === 0 ? "" : `[${words.map((word) => `'${word}'`).join(", ")}]`;
}

function idList(ids: readonly number[]): string {
  return ids.slice(0, MAX_IDS).join(",");
}
