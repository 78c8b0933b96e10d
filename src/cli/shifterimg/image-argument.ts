// Names of images as Shifter's users write them: `TYPE:TAG`, or a tag of the default type (spec/shifter.md 5.2). Shifter
// drops characters that it does not like, and then asks for another image; here they are refused. Pure.

import { fail } from "./errors.ts";

const TYPES = new Set(["docker", "custom", "id", "local"]);

export interface ImageArgument {
  readonly type: string;
  readonly tag: string;
}

/** Reads the name of an image. @throws E_SHIFTERIMG_IMAGE */
export function readImageArgument(text: string, defaultType: string): ImageArgument {
  const name = JSON.stringify(text);
  const colon = text.indexOf(":");
  const first = text.slice(0, Math.max(colon, 0));
  const named = TYPES.has(first);
  const [type, tag] = named ? [first, text.slice(colon + 1)] : [defaultType, text];
  if (!TYPES.has(type)) throw fail("E_SHIFTERIMG_IMAGE", { name, why: `${type || "nothing"} is no type of image` });
  if (tag === "") throw fail("E_SHIFTERIMG_IMAGE", { name, why: "its tag is empty" });
  const strange = /[^A-Za-z0-9_:.+@/-]/.exec(tag)?.[0];
  if (strange !== undefined)
    throw fail("E_SHIFTERIMG_IMAGE", { name, why: `${JSON.stringify(strange)} cannot stand in it` });
  return { type, tag };
}

/** What a gateway's path says for an image. */
export function imagePath({ type, tag }: ImageArgument): string {
  return `${encodeURIComponent(type)}/${encodeURIComponent(tag)}`;
}
