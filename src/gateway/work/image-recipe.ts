// How the images of a system are made. What decides a file's bytes, the image and the platform apart, is in a recipe.

import type { ConversionOptions } from "../../image/conversion-options.ts";
import { conversionOfWords } from "../../image/converter-words.ts";
import type { GatewayConfig, ImageFormat, SystemConfig } from "../../site/gateway-config.ts";
import { fail } from "./errors.ts";

export interface ImageRecipe {
  readonly format: ImageFormat;
  readonly conversion: ConversionOptions;
}

/** What is left out of squashfs images unless the site says otherwise (spec/shifter.md 3.4). */
const DEFAULT_WORDS: Readonly<Record<ImageFormat, readonly string[]>> = { squashfs: ["-no-xattrs"], ext4: [], xfs: [] };

/** The recipe of a system. @throws E_WORK_OPTION, E_CONVERTER_WORD, E_CONVERTER_VALUE */
export function imageRecipe({
  format,
  converterOptions,
}: Pick<SystemConfig, "format" | "converterOptions">): ImageRecipe {
  const words = converterOptions[format] ?? DEFAULT_WORDS[format];
  const [option] = words;
  if (format !== "squashfs" && option !== undefined) throw fail("E_WORK_OPTION", { option, format });
  return { format, conversion: conversionOfWords(words) };
}

/** Looks at the recipes of all systems, to be called before a configuration is taken. @throws what `imageRecipe` does */
export function checkRecipes({ systems }: Pick<GatewayConfig, "systems">): void {
  for (const system of systems.values()) imageRecipe(system);
}
