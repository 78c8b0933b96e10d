// Whom a route lets in, as a word that goes into passes: `owner:rover`. The proxy compares it, the sign-in takes it apart.

import type { RouteSpec } from "../../recipe/stack/types.ts";

/** Who may pass. */
export interface Audience {
  readonly who: "user" | "group" | "owner";
  readonly stack: string;
}

/** The word; undefined: everybody passes. */
export function audienceOf(auth: RouteSpec["auth"], stack: string): string | undefined {
  return auth === "none" ? undefined : `${auth}:${stack}`;
}

/** What the word says; undefined: it is none. */
export function parseAudience(text: string): Audience | undefined {
  const parts = /^(user|group|owner):([a-z][a-z0-9-]{0,62})$/.exec(text);
  return parts ? { who: parts[1] as Audience["who"], stack: parts[2] ?? "" } : undefined;
}
