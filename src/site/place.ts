// Where in a text a misfit is.

import type { Problem } from "../base/source.ts";
import type { ConfigDocument } from "./config-document.ts";
import type { Misfit } from "./misfit.ts";

/** The place of a misfit in a document's text. */
export function placeIn(document: ConfigDocument): (misfit: Misfit) => Problem {
  return ({ kind, path, message, hint }) => ({
    range: kind === "unknown" ? document.keyRangeOf(path) : document.rangeOf(path),
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}
