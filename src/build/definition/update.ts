// `--update`: the sandbox that is changed is the target and the base at once.

import { stat } from "node:fs/promises";
import { defineErrors } from "../../base/errors.ts";
import type { ImageSource } from "../../oci/uri.ts";
import type { BuildTarget } from "../target.ts";

const fail = defineErrors({
  E_UPDATE_TARGET: {
    text: "--update changes a sandbox, and {target} {why}",
    hint: "make one first: berth build --sandbox FOLDER SOURCE, then add --sandbox --update",
  },
});

/** The image that `--update` begins with. @throws E_UPDATE_TARGET */
export async function updatedSandbox(target: BuildTarget): Promise<ImageSource> {
  if (target.kind !== "sandbox")
    throw fail("E_UPDATE_TARGET", { target: target.shown, why: "is to be something else" });
  const info = await stat(target.path).catch(() => undefined);
  if (!info) throw fail("E_UPDATE_TARGET", { target: target.shown, why: "does not exist" });
  if (!info.isDirectory()) throw fail("E_UPDATE_TARGET", { target: target.shown, why: "is no folder" });
  return { kind: "file", path: target.path };
}
