// What an unquoted word of YAML means to Compose: YAML 1.2's words, and the octal numbers of 1.1 (`mode: 0440`), as Compose's own
// parser reads them. `yes` and `on` are texts.

import type { Scalar } from "./tree.ts";

/** The value of an unquoted scalar. */
export function plainScalar(text: string): Scalar {
  if (/^(?:~|null|Null|NULL)?$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (text.length > 40) return text;
  return wholeNumber(text) ?? brokenNumber(text) ?? text;
}

function wholeNumber(text: string): number | undefined {
  const match = /^([-+]?)(?:0x([0-9a-fA-F]+)|0o([0-7]+)|0b([01]+)|0([0-7]+)|(\d+))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, octal, binary, old, decimal] = match;
  // 08 is no octal number: the parser of Compose reads it as a decimal one with a fraction's rules.
  const value =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : octal !== undefined || old !== undefined
        ? Number.parseInt(octal ?? old ?? "", 8)
        : binary !== undefined
          ? Number.parseInt(binary, 2)
          : Number(decimal);
  // A number that cannot be kept exactly stays the text that it is.
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === "-" && value !== 0 ? -value : value;
}

function brokenNumber(text: string): number | undefined {
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return undefined;
  if (/^[-+]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
