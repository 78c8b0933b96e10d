// What says to a proxy that somebody signed in: a few words, signed by a key that the server and its proxies share. A
// ticket comes from the sign-in's redirect and is good for a minute; the proxy makes a pass of it, for a cookie of the
// route's own host. Pure.

import { createHmac, timingSafeEqual } from "node:crypto";

/** Who may go where, and until when. */
export interface Pass {
  readonly use: "ticket" | "pass";
  /** Account name. */
  readonly user: string;
  /** The route's `auth.audience`. */
  readonly audience: string;
  /** Host name without port: a container that got hold of a cookie cannot use it anywhere else. */
  readonly host: string;
  /** Seconds since 1970. */
  readonly until: number;
  /** Of a ticket: the word that the browser was given when it was sent to sign in. */
  readonly state?: string | undefined;
  /** Of a ticket: how long the pass made of it is good. */
  readonly passUntil?: number | undefined;
}

const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,127}$/;
const MAX_TOKEN = 2048;
/** A ticket is on its way for a moment only. */
export const TICKET_SECONDS = 60;

/** Base64 of keys, the first of which signs. */
export function signPass(pass: Pass, keys: readonly string[]): string {
  const words = Buffer.from(JSON.stringify(pass)).toString("base64url");
  return `${words}.${mac(words, keys[0] ?? "").toString("base64url")}`;
}

/** The pass, if it is one of ours and good now; undefined otherwise. */
export function readPass(token: string, keys: readonly string[], use: Pass["use"], seconds: number): Pass | undefined {
  const [words, signature, ...more] = token.length > MAX_TOKEN ? [] : token.split(".");
  if (!words || !signature || more.length > 0) return undefined;
  const given = Buffer.from(signature, "base64url");
  const signed = keys.some((key) => {
    const right = mac(words, key);
    return right.length === given.length && timingSafeEqual(right, given);
  });
  return signed ? parsePass(words, use, seconds) : undefined;
}

function parsePass(words: string, use: Pass["use"], seconds: number): Pass | undefined {
  try {
    const pass = JSON.parse(Buffer.from(words, "base64url").toString()) as Pass;
    const good = pass.use === use && typeof pass.until === "number" && pass.until > seconds && USER.test(pass.user);
    return good ? pass : undefined;
  } catch {
    return undefined;
  }
}

function mac(words: string, key: string): Buffer {
  return createHmac("sha256", Buffer.from(key, "base64")).update(`berth pass v1\n${words}`).digest();
}
