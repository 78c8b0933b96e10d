// Where the passphrase of a key comes from: a file, standard input, or a person at the terminal. Never from an argument
// without a word about it, and never from the environment: both can be read by others.

import { open } from "node:fs/promises";
import { reasonOf } from "../base/errors.ts";
import { fail } from "../signing/errors.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";

const MAX_BYTES = 4096;

export const PASSPHRASE_FLAG = {
  long: "passphrase-file",
  kind: "text",
  value: "file",
  env: [],
  help: "read the key's passphrase from the first line of this file (- for standard input)",
} as const satisfies FlagSpec;

/** A passphrase that exists. @throws E_PASSPHRASE_FILE, E_PASSPHRASE_TERMINAL */
export async function readPassphrase(file: string | undefined, question: string, context: Context): Promise<string> {
  if (file === undefined) return promptPassphrase(question, context);
  try {
    return await firstLine(file);
  } catch (cause) {
    throw fail("E_PASSPHRASE_FILE", { path: file, why: reasonOf(cause) }, { cause });
  }
}

/** A new passphrase, asked for twice. @throws E_PASSPHRASE_FILE, E_PASSPHRASE_TERMINAL, E_KEY_MAKE */
export async function newPassphrase(file: string | undefined, context: Context): Promise<string> {
  if (file !== undefined) return readPassphrase(file, "", context);
  const first = await promptPassphrase("Enter a passphrase : ", context);
  const again = await promptPassphrase("Retype your passphrase : ", context);
  if (first !== again) throw fail("E_KEY_MAKE", { why: "the two passphrases differ" });
  return first;
}

async function promptPassphrase(question: string, { signal }: Context): Promise<string> {
  if (!process.stdin.isTTY) throw fail("E_PASSPHRASE_TERMINAL");
  const { promptLine } = await import("./secret-input.ts");
  return promptLine(question, { hidden: true, signal });
}

async function firstLine(file: string): Promise<string> {
  if (file === "-") {
    const { readPasswordInput } = await import("./secret-input.ts");
    return (await readPasswordInput(process.stdin)).split(/\r?\n/)[0] ?? "";
  }
  const handle = await open(file, "r");
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, null);
    if (bytesRead > MAX_BYTES) throw new Error("its first line is too long");
    return buffer.toString("utf8", 0, bytesRead).split(/\r?\n/)[0] ?? "";
  } finally {
    await handle.close();
  }
}
