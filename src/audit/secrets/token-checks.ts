// What issuers of credentials put into them so that they can be told from other text: checksums, headers, encodings.

import { crc32 } from "node:zlib";
import { surprise } from "./randomness.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** True when the last six characters are the CRC-32 of those before, in base 62: GitHub's and npm's tokens behind their prefix. */
export function endsWithChecksum(random: string): boolean {
  const checked = random.slice(0, -6);
  return random.slice(-6) === base62(crc32(checked));
}

/** A number in six digits of base 62. */
export function base62(number: number): string {
  let digits = "";
  for (let rest = number; digits.length < 6; rest = Math.floor(rest / 62)) digits = `${BASE62[rest % 62]}${digits}`;
  return digits;
}

/** True for a signed token whose header names an algorithm and whose claims are an object. */
export function isSignedToken(token: string): boolean {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const algorithm = objectIn(header)?.["alg"];
  return typeof algorithm === "string" && algorithm.toLowerCase() !== "none" && !!objectIn(claims) && signature !== "";
}

function objectIn(part: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** True when base64 holds `user:password`, as registries' clients keep it. */
export function isBasicAuth(encoded: string): boolean {
  const decoded = Buffer.from(encoded, "base64").toString("latin1");
  return /^[\x21-\x39\x3b-\x7e]{1,128}:[\x20-\x7e]{3,}$/.test(decoded);
}

/** True unless the characters repeat or count up as in somebody's example. */
export function isVaried(random: string): boolean {
  return surprise(random) >= Math.min(3, Math.log2(random.length) * 0.7) && !/example|(?:x|0|1){8}/i.test(random);
}
