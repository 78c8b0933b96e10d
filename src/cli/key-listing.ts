// How keys are shown.

import type { FoundKey } from "../signing/hkp.ts";
import { fingerprintOf, nameOf, type PgpKey } from "../signing/pgp.ts";

/** A key as scripts read it. */
export interface ShownKey {
  readonly index: number;
  readonly fingerprint: string;
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly created: string;
  readonly expires: string | undefined;
  readonly algorithm: string;
  /** Why it must not be used, if it must not. */
  readonly fault: string | undefined;
}

/** Looks a key over. */
export async function shownKey(key: PgpKey, index: number, now: Date): Promise<ShownKey> {
  const { algorithm, bits, curve } = key.getAlgorithmInfo();
  const end = await key.getExpirationTime();
  const fault = await key.verifyPrimaryKey(now).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const first = await nameOf(key, now);
  return {
    index,
    fingerprint: fingerprintOf(key),
    names: [first, ...key.getUserIDs().filter((name) => name !== first)],
    created: key.getCreationTime().toISOString(),
    expires: end instanceof Date ? end.toISOString() : undefined,
    algorithm: bits === undefined ? (curve ?? algorithm).replace("Legacy", "") : `rsa ${bits}`,
    fault,
  };
}

/** A key for people; the first line begins with its index, as `--keyidx` takes it. */
export function keyText(key: ShownKey): string {
  const lines = [
    ...key.names.map((name, at) => `${at === 0 ? `${key.index})`.padEnd(3) : "   "}User:        ${name}`),
    `   Creation time: ${key.created}`,
    `   Fingerprint:   ${key.fingerprint}`,
    `   Algorithm:     ${key.algorithm}`,
    ...(key.expires === undefined ? [] : [`   Expires:       ${key.expires}`]),
    ...(key.fault === undefined ? [] : [`   NOT VALID:     ${key.fault}`]),
  ];
  return `${lines.map(printable).join("\n")}\n\n`;
}

/** The answer of a key server for people. */
export function foundText(found: readonly FoundKey[], long: boolean): string {
  const rows = found.map(({ print, algorithm, bits, created, flags, names }) => {
    const time = created === 0 ? "" : new Date(created * 1000).toISOString().slice(0, 10);
    const state = [/r/.test(flags) ? "revoked" : "", /[ed]/.test(flags) ? "expired or disabled" : ""].join(" ").trim();
    const shown = long ? [print, `alg ${algorithm}`, bits, time, state] : [print, bits, state];
    return printable(`${shown.filter((word) => word !== "").join("  ")}  ${names.join("; ")}`);
  });
  return `Showing ${found.length} results\n\n${rows.map((row) => `${row}\n`).join("")}`;
}

/** A line without control characters: names come from strangers, and those must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}
