// The key of check-in tokens, in a file of its own: containers keep their tokens for as long as they live, and the keys of
// secrets are changed meanwhile. Servers of a site share the file.

import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import { makePrivateFile, readPrivateFile } from "../../platform/private-file.ts";
import { type CheckInTokens, checkInTokens } from "./check-in-token.ts";

const fail = defineErrors({
  E_CHECK_IN_KEY: {
    text: "the key file {path} cannot be used: {why}",
    hint: "it must hold 64 hexadecimal digits and be readable by the server's account only (chmod 600); one that is gone is made anew, and containers report with what they get at their next start",
  },
});

const FILE = "check-in.key";
const FILE_BYTES = 4096;
const KEY_BYTES = 32;

/** Tokens under the key beside the secrets' key file; made when missing. @throws E_CHECK_IN_KEY */
export async function openCheckInTokens(secretKeyFile: string): Promise<CheckInTokens> {
  const path = join(dirname(secretKeyFile), FILE);
  try {
    const text = (await readPrivateFile(path, FILE_BYTES)) ?? (await made(path));
    const [, key] = /^([0-9a-f]{64})\n?$/.exec(text) ?? [];
    if (key === undefined) throw new Error("it holds no key");
    return checkInTokens(Buffer.from(key, "hex"));
  } catch (cause) {
    throw fail("E_CHECK_IN_KEY", { path, why: reasonOf(cause) }, { cause });
  }
}

// Read again: another server may have been first.
async function made(path: string): Promise<string> {
  await makePrivateFile(path, `${randomBytes(KEY_BYTES).toString("hex")}\n`);
  return (await readPrivateFile(path, FILE_BYTES)) ?? "";
}
