// The name of an image as a request has it, bounded and free of what no name holds. What the name means (which tag is the
// default, whether the system exists) is the desk's business.

import type { ImageName } from "../types.ts";
import { fail } from "./errors.ts";

// A repository's name has at most 255 characters, a tag 128 and a digest 71; a location comes before them.
const LIMITS = { system: 128, type: 64, tag: 768 } as const;

/** Checks the three parts of a name. @throws E_API_NAME */
export function imageName(parts: { readonly system: string; readonly type: string; readonly tag: string }): ImageName {
  return {
    system: part("system", parts.system),
    itype: part("type", parts.type),
    tag: part("tag", parts.tag),
  };
}

/** Checks the name of a system. @throws E_API_NAME */
export function systemName(text: string): string {
  return part("system", text);
}

function part(name: keyof typeof LIMITS, text: string): string {
  const limit = LIMITS[name];
  if (text === "" || text.length > limit || /[\x00-\x20\x7f]/.test(text))
    throw fail("E_API_NAME", { part: name, limit });
  return text;
}
