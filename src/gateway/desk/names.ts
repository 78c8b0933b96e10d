// Names of images as people write them, made the same everywhere: Shifter added `:latest` to some types on some
// operations, so that `custom/foo` could be imported and never found (spec/shifter.md 1.3).

import { fail } from "../errors.ts";
import type { ImageName } from "../types.ts";

const MAX_TAG = 512;
const TYPE = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/** The name with its default tag. @throws E_GATEWAY_TAG, E_GATEWAY_TYPE */
export function normalName({ system, itype, tag }: ImageName): ImageName {
  if (!TYPE.test(itype)) throw fail("E_GATEWAY_TYPE", { itype, why: "a type is one short word" });
  return { system, itype, tag: withDefaultTag(checked(tag)) };
}

/** The tag with `:latest` where it has none. A port is no tag, and a digest needs none. */
export function withDefaultTag(tag: string): string {
  const last = tag.slice(tag.lastIndexOf("/") + 1);
  return last.includes(":") || tag.includes("@") ? tag : `${tag}:latest`;
}

function checked(text: string): string {
  const tag = text.replace(/\/+$/, "");
  const because = (why: string) => fail("E_GATEWAY_TAG", { tag: tag.slice(0, 80), why });
  if (tag === "") throw because("nothing is left of it");
  if (tag.length > MAX_TAG) throw because(`it is longer than ${MAX_TAG} characters`);
  if (/[\p{C}\p{Z}]/u.test(tag)) throw because("it holds a space or a control character");
  return tag;
}
