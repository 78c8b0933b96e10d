// Remembers, for as long as failures count, with which credentials a pull was asked for: not the credentials, but a mark
// made of them with a key that nobody else has and that ends with the process.

import { createHmac, randomBytes } from "node:crypto";
import type { RegistryCredential } from "../types.ts";

const KEPT = 10_000;

/** Marks of the last pulls. */
export class CredentialMarks {
  readonly #key = randomBytes(32);
  readonly #marks = new Map<string, string>();

  /** Remembers the credential of the pull. */
  keep(pull: string, credential: RegistryCredential | undefined): void {
    this.#marks.set(pull, this.#mark(credential));
    const [oldest] = this.#marks.keys();
    if (this.#marks.size > KEPT && oldest !== undefined) this.#marks.delete(oldest);
  }

  /** True when it is known that the pull was asked for with another one. After a restart nothing is known. */
  differs(pull: string, credential: RegistryCredential | undefined): boolean {
    const mark = this.#marks.get(pull);
    return mark !== undefined && mark !== this.#mark(credential);
  }

  #mark(credential: RegistryCredential | undefined): string {
    if (!credential) return "";
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([credential.user, credential.password]))
      .digest("base64");
  }
}
