// Sentences of findings, made from templates. What is filled in comes from recipes and images, so it is cut, made printable, and shown
// without what looks like a secret.

import { withoutSecrets } from "../audit/secrets/without-secrets.ts";
import type { Fields } from "./rule.ts";

const LONGEST = 160;

/** The template with its `{fields}` filled in; a field without value stays as it is written, for the test to find. */
export function fillText(template: string, fields: Fields): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined) return whole;
    return typeof value === "string" ? printable(withoutSecrets(value)) : String(value);
  });
}

/** `a, b and c`. */
export function listed(items: readonly string[], word = "and"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}

function printable(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  // Terminals obey control characters, and bidirectional marks show another text than the one that is meant.
  return cut.replace(
    /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
