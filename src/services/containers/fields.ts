// Reads what a client sent: query, form and JSON (spec/services.md 1.3). The query goes first; bodies of other kinds are
// not read, as in the original. Pure.

import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";

/** Bytes of a body: names of images and states are short. */
export const BODY_LIMIT = 64 * 1024;

/** A body as it came. */
export interface SentBody {
  readonly type: string;
  readonly bytes: Buffer;
}

export type Fields = ReadonlyMap<string, string>;

/** What was sent under each name. @throws E_SPIN_BODY */
export async function readFields(query: unknown, body: unknown): Promise<Fields> {
  const sent = isSent(body) ? await fieldsOf(body) : [];
  const asked = Object.entries(Object(query) as Record<string, unknown>).map(([name, value]) => {
    return [name, String(Array.isArray(value) ? value[0] : value)] as const;
  });
  return new Map([...sent, ...asked]);
}

function isSent(body: unknown): body is SentBody {
  return typeof body === "object" && body !== null && "bytes" in body;
}

type Pairs = readonly (readonly [string, string])[];

async function fieldsOf({ type, bytes }: SentBody): Promise<Pairs> {
  const kind = type.split(";")[0]?.trim().toLowerCase();
  if (kind === "application/json") return jsonFields(bytes.toString("utf8"));
  if (kind === "multipart/form-data") return multipartFields(type, bytes);
  if (kind !== "application/x-www-form-urlencoded") return [];
  const text = bytes.toString("utf8");
  // What `curl -d` calls a form although it is JSON.
  if (/^\s*\{/.test(text)) return jsonFields(text);
  return firstOfEach([...new URLSearchParams(text)]);
}

function jsonFields(text: string): Pairs {
  if (text.trim() === "") return [];
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fail("E_SPIN_BODY", { reason: "it is JSON, but no object" });
  return Object.entries(value as Record<string, unknown>).flatMap(([name, one]) => {
    if (one === null) return [];
    if (typeof one === "object") throw fail("E_SPIN_BODY", { reason: `${name} is no text` });
    return [[name, String(one)] as const];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail("E_SPIN_BODY", { reason: reasonOf(cause) }, { cause });
  }
}

async function multipartFields(type: string, bytes: Buffer): Promise<Pairs> {
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData();
    return firstOfEach([...form].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
  } catch (cause) {
    throw fail("E_SPIN_BODY", { reason: reasonOf(cause) }, { cause });
  }
}

function firstOfEach(pairs: readonly (readonly string[])[]): Pairs {
  const first = new Map<string, string>();
  for (const [name = "", value = ""] of pairs) if (!first.has(name)) first.set(name, value);
  return [...first];
}
