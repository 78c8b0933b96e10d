// The bodies that Shifter's clients send with a pull or an import (spec/shifter.md 1.3): optional JSON, whatever their
// Content-Type says, with lists of ids as texts. Shifter reads past what is wrong in them; we say what it is.

import { reasonOf } from "../../../base/errors.ts";
import type { AclChange } from "../../types.ts";
import { fail } from "../errors.ts";

/** Bytes of a body: two lists of some thousand ids. */
export const BODY_LIMIT = 64 * 1024;

const MOST_IDS = 4096;
const HIGHEST_ID = 0xfffffffe;

export type WireBody = Readonly<Record<string, unknown>>;

/** Reads a body; none is an empty object. @throws E_API_JSON */
export function parseWireBody(text: unknown): WireBody {
  if (typeof text !== "string" || text.trim() === "") return {};
  const body = parsed(text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw fail("E_API_JSON", { reason: "it is another kind of value" });
  }
  return body as WireBody;
}

/** The lists of a body; undefined for those it has not, or has empty. @throws E_API_FIELD */
export function wireAcl(body: WireBody): AclChange {
  return { users: idList(body, "allowed_uids"), groups: idList(body, "allowed_gids") };
}

/** File and format of an import. @throws E_API_MISSING, E_API_FIELD */
export function wireFile(body: WireBody): { readonly path: string; readonly format: string } {
  const lacking = ["filepath", "format"].filter((field) => body[field] === undefined);
  if (lacking.length > 0) throw fail("E_API_MISSING", { fields: lacking.join(" and ") });
  return { path: word(body, "filepath", 4096), format: word(body, "format", 32) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail("E_API_JSON", { reason: reasonOf(cause) }, { cause });
  }
}

function idList(body: WireBody, field: string): readonly number[] | undefined {
  const text = body[field];
  if (text === undefined || text === null) return undefined;
  if (typeof text !== "string")
    throw fail("E_API_FIELD", { field, expected: "a text of ids with commas between them" });
  if (text.trim() === "") return undefined;
  const words = text.split(",").map((word) => word.trim());
  const ids = words.map(Number);
  const right = words.every((word) => /^\d{1,10}$/.test(word)) && ids.every((id) => id <= HIGHEST_ID);
  if (!right || ids.length > MOST_IDS) {
    throw fail("E_API_FIELD", {
      field,
      expected: `a list of at most ${MOST_IDS} ids (numbers) with commas between them`,
    });
  }
  return [...new Set(ids)];
}

function word(body: WireBody, field: string, limit: number): string {
  const text = body[field];
  if (typeof text === "string" && text !== "" && text.length <= limit && !/[\x00-\x1f\x7f]/.test(text)) return text;
  throw fail("E_API_FIELD", { field, expected: `a text of 1 to ${limit} characters without control characters` });
}
