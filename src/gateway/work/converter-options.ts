// The site's converter options, in mksquashfs's own words as `ConverterOptions` of imagemanager.json has them, turned into
// what our conversion knows. Checked at start-up, so that a wrong word is no failed pull. Pure.

import { BerthError } from "../../base/errors.ts";
import { parseSize } from "../../base/size.ts";
import { type ConversionOptions, conversionOptions } from "../../image/conversion-options.ts";
import type { ImageFormat } from "../../site/gateway-config.ts";
import { fail } from "./errors.ts";

/** How a system's images are made. What decides a file's bytes is in here, the platform and the image apart. */
export interface ImageRecipe {
  readonly format: ImageFormat;
  readonly conversion: ConversionOptions;
}

/** What is left out of squashfs images unless the site says otherwise (spec/shifter.md 3.4). */
const DEFAULT_WORDS: Readonly<Record<ImageFormat, readonly string[]>> = {
  squashfs: ["-no-xattrs"],
  ext4: [],
  xfs: [],
};

// What mksquashfs would do that berth does anyway, or that changes no content.
const NEUTRAL = new Set(["-all-root", "-noappend", "-no-progress", "-quiet", "-no-duplicates", "-no-exports"]);
const NEUTRAL_WITH_VALUE = new Set(["-processors", "-mem"]);

/** The recipe of a system; `words` undefined: the site said nothing. @throws E_WORK_OPTION, E_WORK_OPTION_VALUE */
export function imageRecipe(format: ImageFormat, words: readonly string[] | undefined): ImageRecipe {
  const options = words ?? DEFAULT_WORDS[format];
  const [unknown] = options;
  if (format !== "squashfs" && unknown !== undefined) {
    throw fail("E_WORK_OPTION", { option: unknown, format, hint: "leave them out: such images have no options" });
  }
  return { format, conversion: squashfsConversion(format, options) };
}

interface Choice {
  compression?: string;
  level?: string;
  blockSize?: number;
  dropXattrs: boolean;
}

function squashfsConversion(format: ImageFormat, words: readonly string[]): ConversionOptions {
  const choice: Choice = { dropXattrs: false };
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? "";
    if (NEUTRAL.has(option)) continue;
    if (option === "-no-xattrs") choice.dropXattrs = true;
    else if (option === "-xattrs") choice.dropXattrs = false;
    else {
      at += 1;
      withValue(choice, option, words[at], format);
    }
  }
  try {
    const conversion = conversionOptions({ ...choice, owners: "squash" });
    return { ...conversion, shared: true, ...(choice.dropXattrs ? { xattrs: "drop" } : {}) };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    throw fail("E_WORK_OPTION_VALUE", { option: words.join(" "), format, why: error.message }, { cause: error });
  }
}

function withValue(choice: Choice, option: string, value: string | undefined, format: ImageFormat): void {
  const known = ["-comp", "-b", "-Xcompression-level"].includes(option) || NEUTRAL_WITH_VALUE.has(option);
  const hint = "berth knows -comp, -Xcompression-level, -b, -no-xattrs, -xattrs and -all-root";
  if (!known) throw fail("E_WORK_OPTION", { option, format, hint });
  if (value === undefined) throw fail("E_WORK_OPTION_VALUE", { option, format, why: "nothing follows it" });
  if (option === "-comp") choice.compression = value;
  if (option === "-Xcompression-level") choice.level = value;
  if (option === "-b") choice.blockSize = blockBytes(value, option, format);
}

function blockBytes(value: string, option: string, format: ImageFormat): number {
  try {
    return parseSize(value);
  } catch {
    throw fail("E_WORK_OPTION_VALUE", { option, format, why: `"${value}" is not a size` });
  }
}
