// The name of an image in a path, and in a body or query, where system and type may be left out.

import { Type } from "typebox";
import type { ImageName } from "../../types.ts";
import { imageName } from "../image-name.ts";
import { systemOf, type V2Parts } from "./parts.ts";
import { ITYPE, SYSTEM, TAG } from "./schemas/image.ts";

/** In a path: the tag, encoded or with its slashes, is all of the rest. */
export const NAMED_IMAGE = Type.Object({ system: SYSTEM, itype: ITYPE, "*": TAG });

/**
 * End of the paths that `NAMED_IMAGE` reads. Not `/v2/images/x/manifests/1` and the like: those are the registry protocol's,
 * of a repository that happens to be called `images/x`.
 */
export const IMAGE_PATH = "/:system/:itype(^(?!(?:manifests|blobs|tags|referrers)$).+$)/*";

/** The same as people read it. */
export const IMAGE_PATH_SHOWN = "/:system/:itype/:tag";

/** The name in a path. @throws E_API_NAME */
export function nameOf(params: { readonly system: string; readonly itype: string; readonly "*": string }): ImageName {
  return imageName({ system: params.system, type: params.itype, tag: params["*"] });
}

/** The name in a body or a query. @throws E_API_NAME, E_API_SYSTEM */
export function wishedName(
  parts: Pick<V2Parts, "config">,
  { system, itype = "docker", tag }: { readonly system?: string; readonly itype?: string; readonly tag: string },
): ImageName {
  return imageName({ system: systemOf(parts, system), type: itype, tag });
}
