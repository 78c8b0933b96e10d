// The one user of spin-docker's interface, `admin`, and its password.

import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import type { SpinDockerConfig } from "../../site/services/idle.ts";

const fail = defineErrors({
  E_SPIN_PASSWORD_FILE: {
    text: "the password file {path} cannot be used: {reason}",
    hint: "write the password into it, readable by the server only",
  },
});

const USER = "admin";

/** True for a header `Authorization` with the right password. */
export type PasswordCheck = (authorization: string | undefined) => boolean;

/** Reads the password where it is kept. @throws E_SPIN_PASSWORD_FILE */
export async function passwordCheck({ password }: Pick<SpinDockerConfig, "password">): Promise<PasswordCheck> {
  return checkAgainst("text" in password ? password.text : await readPassword(password.file));
}

async function readPassword(path: string): Promise<string> {
  try {
    const text = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
    if (text === "") throw new Error("it is empty");
    return text;
  } catch (cause) {
    throw fail("E_SPIN_PASSWORD_FILE", { path, reason: reasonOf(cause) }, { cause });
  }
}

function checkAgainst(password: string): PasswordCheck {
  const wanted = digest(`${USER}:${password}`);
  return (authorization) => {
    const [, encoded] = /^basic +([a-z0-9+/_-]+=*)\s*$/i.exec(authorization ?? "") ?? [];
    // Digests have one length, so that the time to compare says nothing.
    return encoded !== undefined && timingSafeEqual(digest(Buffer.from(encoded, "base64")), wanted);
  };
}

function digest(text: string | Buffer): Buffer {
  return createHash("sha256").update(text).digest();
}
