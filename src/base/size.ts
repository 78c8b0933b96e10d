// Sizes in bytes: written by people ("64M", "1.5GiB"), shown to people.

import { defineErrors } from "./errors.ts";

const fail = defineErrors({
  E_SIZE_INVALID: {
    text: '"{text}" is not a size',
    hint: "write a number of bytes, or a number with K, M, G or T (powers of 1024), such as 64M or 1.5GiB",
    exit: 1,
    http: 400,
  },
});

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes of a written size. @throws E_SIZE_INVALID */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (!match?.[1]) throw fail("E_SIZE_INVALID", { text });
  const power = "kmgt".indexOf((match[2] ?? "").toLowerCase()) + 1;
  const bytes = Math.round(Number(match[1]) * 1024 ** (match[2] ? power : 0));
  // Beyond, a number is not written down as people and kernels write it.
  if (!Number.isSafeInteger(bytes)) throw fail("E_SIZE_INVALID", { text });
  return bytes;
}

/** A size for people: `17 B`, `3.4 MiB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit]}`;
}
