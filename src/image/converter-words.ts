// Options of a conversion in the words of mksquashfs, as sites have them in their configuration from other image gateways.
// Checked where a configuration is read, so that a wrong word is no failed image. Pure.

import { BerthError, defineErrors } from "../base/errors.ts";
import { parseSize } from "../base/size.ts";
import { type ConversionOptions, conversionOptions } from "./conversion-options.ts";

const fail = defineErrors({
  E_CONVERTER_WORD: {
    text: "the converter option {option} is not known",
    hint: "known are -comp, -Xcompression-level, -b, -no-xattrs, -xattrs, and -all-root, which is always so",
    exit: 1,
  },
  E_CONVERTER_VALUE: { text: "the converter option {option} cannot be used: {why}", exit: 1 },
});

// What berth does anyway, or what changes no content.
const NEUTRAL = new Set(["-all-root", "-noappend", "-no-progress", "-quiet", "-no-duplicates", "-no-exports"]);
const NEUTRAL_WITH_VALUE = new Set(["-processors", "-mem"]);
const WITH_VALUE = new Set(["-comp", "-b", "-Xcompression-level", ...NEUTRAL_WITH_VALUE]);

interface Choice {
  compression?: string;
  level?: string;
  blockSize?: number;
  dropXattrs: boolean;
}

/** The options of an image for a whole site that these words ask for. @throws E_CONVERTER_WORD, E_CONVERTER_VALUE */
export function conversionOfWords(words: readonly string[]): ConversionOptions {
  const choice: Choice = { dropXattrs: false };
  const rest = [...words];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    if (NEUTRAL.has(option)) continue;
    if (option === "-no-xattrs" || option === "-xattrs") choice.dropXattrs = option === "-no-xattrs";
    else takeValue(choice, option, rest.shift());
  }
  try {
    const conversion = conversionOptions({ ...choice, owners: "squash" });
    return { ...conversion, shared: true, ...(choice.dropXattrs ? { xattrs: "drop" } : {}) };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    throw fail("E_CONVERTER_VALUE", { option: words.join(" "), why: error.message }, { cause: error });
  }
}

function takeValue(choice: Choice, option: string, value: string | undefined): void {
  if (!WITH_VALUE.has(option)) throw fail("E_CONVERTER_WORD", { option });
  if (value === undefined) throw fail("E_CONVERTER_VALUE", { option, why: "nothing follows it" });
  if (option === "-comp") choice.compression = value;
  if (option === "-Xcompression-level") choice.level = value;
  if (option === "-b") choice.blockSize = blockBytes(value, option);
}

function blockBytes(value: string, option: string): number {
  try {
    return parseSize(value);
  } catch {
    throw fail("E_CONVERTER_VALUE", { option, why: `"${value}" is not a size` });
  }
}
