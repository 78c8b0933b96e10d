// Durations and byte sizes as the Compose specification writes them (11-extension, "Specifying durations", "Specifying byte values").

import { type Field, keyOf, type Reader } from "./fields.ts";
import type { Notebook } from "./notebook.ts";
import { scalarText } from "./tree.ts";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/y;

/** Milliseconds of a duration such as `1m30s`; undefined when it is none. */
export function durationMs(written: string): number | undefined {
  if (written === "0") return 0;
  let total = 0;
  let at = 0;
  if (written.length > 100) return undefined;
  while (at < written.length) {
    PART.lastIndex = at;
    const match = PART.exec(written);
    if (match === null) return undefined;
    total += Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0);
    at = PART.lastIndex;
  }
  const rounded = Math.round(total);
  return at > 0 && Number.isSafeInteger(rounded) ? rounded : undefined;
}

const POWERS = "bkmgtp";

/** Bytes of a size such as `512m` or `1.5gb` (powers of 1024); undefined when it is none. */
export function sizeBytes(written: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?([bkmgtp]?)(i?b?)$/i.exec(written);
  if (match === null || written.length > 40) return undefined;
  const [, digits, unit = "", rest = ""] = match;
  if (unit.toLowerCase() === "b" && rest !== "") return undefined;
  const bytes = Math.floor(Number(digits) * 1024 ** Math.max(0, POWERS.indexOf((unit || "b").toLowerCase())));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Reads a duration. */
export const duration: Reader<number> = (field, notebook) => {
  const found = durationMs((scalarText(field.node) ?? "").trim());
  if (found === undefined) notebook.error(field, `${keyOf(field)} is no duration`, "write one such as 30s or 1m30s");
  return found;
};

/** Reads a byte size. */
export const size: Reader<number> = (field, notebook) => {
  const found = sizeBytes((scalarText(field.node) ?? "").trim());
  if (found === undefined) notebook.error(field, `${keyOf(field)} is no size`, "write one such as 512m or 2gb");
  return found;
};

/** Reads a byte size that may be -1, for no bound. */
export const sizeOrUnlimited: Reader<number> = (field, notebook) =>
  scalarText(field.node) === "-1" ? -1 : size(field, notebook);

/** Reads permissions: octal, as a text or as a number that YAML read as octal. */
export function fileMode(field: Field, notebook: Notebook): number | undefined {
  const { node } = field;
  const octal = node.kind === "scalar" && typeof node.value === "string" && /^(?:0o?)?[0-7]{1,4}$/.test(node.value);
  const mode = octal ? Number.parseInt(node.text.replace(/^0o/, ""), 8) : Number(scalarText(node));
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) {
    notebook.error(field, `${keyOf(field)} is no file mode`, "write it in octal, such as 0440");
    return undefined;
  }
  if (node.kind === "scalar" && typeof node.value === "number" && /^[1-7][0-7]{2}$/.test(node.text)) {
    notebook.warn(field, `${node.text} is a decimal number: the mode is 0${mode.toString(8)}`, `write 0${node.text}`);
  }
  return mode;
}
