// Names and values of labels: what each kind looks like. Knows no practice.

import spdxParse from "spdx-expression-parse";
import type { LabelRule } from "../../practice-config.ts";

/** What is wrong with a label, and what to do. */
export interface LabelFault {
  readonly fault: string;
  readonly cure: string;
}

// image-spec annotations: reverse domain names in small letters; nothing that queries and shells take apart.
const NAME = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;

/** The first fault of a label; a value with variables that are not known has none. `plain`: any name is good. */
export function labelFault(
  name: string,
  value: string | undefined,
  rules: readonly LabelRule[],
  plain = false,
): LabelFault | undefined {
  if (!plain && !NAME.test(name) && !name.includes("$"))
    return {
      fault: "is no good name",
      cure: "write small letters and digits, with single dots and dashes between: org.site.my-key",
    };
  if (value === undefined || value.includes("$")) return undefined;
  if (value.trim() === "") return { fault: "has no value", cure: "say something, or remove it" };
  const type = rules.find((rule) => rule.name === name)?.type ?? "text";
  const kind = KINDS[type];
  return kind === undefined || kind.fits(value)
    ? undefined
    : { fault: `is no ${kind.word}: ${value}`, cure: `write ${kind.cure}` };
}

interface Kind {
  readonly word: string;
  readonly cure: string;
  fits(value: string): boolean;
}

const KINDS: Readonly<Record<LabelRule["type"], Kind | undefined>> = {
  text: undefined,
  url: {
    word: "address",
    cure: "https://HOST/…",
    fits: (value) => URL.canParse(value) && /^[a-z][a-z0-9+.-]*:/i.test(value),
  },
  rfc3339: { word: "date", cure: "2026-11-22T10:00:00Z", fits: isDate },
  semver: {
    word: "version",
    cure: "1.2.3",
    fits: (value) => /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:[-+][\w.+-]+)?$/.test(value),
  },
  hash: { word: "hash", cure: "7 to 64 hexadecimal digits", fits: (value) => /^[0-9a-f]{7,64}$/i.test(value) },
  email: {
    word: "mail address",
    cure: "NAME@HOST",
    fits: (value) => value.length <= 320 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
  },
  spdx: { word: "SPDX expression", cure: "an identifier of the SPDX list, such as Apache-2.0", fits: isLicence },
};

function isDate(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(value) && !Number.isNaN(Date.parse(value))
  );
}

/** An expression that is longer names hundreds of licences; to read it would take minutes. */
export const LONGEST_LICENCE = 1024;

/** True for an expression of SPDX licence identifiers. */
export function isLicence(value: string): boolean {
  if (value.length > LONGEST_LICENCE) return false;
  try {
    spdxParse(value);
    return true;
  } catch {
    return false;
  }
}
