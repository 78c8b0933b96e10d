// The first word after the flags: a file or directory, or a URI that is fetched first.

import { defineErrors } from "../../base/errors.ts";
import { needCompiler } from "../../platform/lean.ts";
import type { Context } from "../context.ts";
import type { EnsuredImage } from "../ensure-image.ts";
import type { FlagValues } from "../flags.ts";
import type { POLICY_FLAGS, SOURCE_FLAGS } from "../source-flags.ts";
import { policyGate } from "./policy-gate.ts";
import { orRemove } from "./temporary-image.ts";

const fail = defineErrors({
  E_IMAGE_UNNAMED: {
    text: "the name of the image is empty",
    hint: "name a file, a directory or a source such as docker://alpine; a variable in the command may be unset",
    exit: 1,
  },
});

// With a single colon only known transports are meant; everything else is a file with a colon in its name.
const ONE_COLON = /^(?:docker-daemon|docker-archive|oci|oci-archive):/;

/** True for what must be fetched or converted before it runs. */
function isImageUri(word: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(word) || ONE_COLON.test(word);
}

/**
 * The image as a file or directory; what is not one yet is fetched into the cache.
 * @throws E_IMAGE_UNNAMED, E_POLICY_FILE, E_POLICY_REFUSED
 */
export async function imageFile(
  word: string,
  flags: FlagValues<typeof SOURCE_FLAGS> & FlagValues<typeof POLICY_FLAGS>,
  context: Context,
): Promise<EnsuredImage> {
  if (word === "") throw fail("E_IMAGE_UNNAMED");
  const uri = isImageUri(word);
  if (uri) needCompiler(context.env);
  const image = uri
    ? await (await import("../ensure-image.ts")).ensureImage(word, flags, context)
    : { path: word, temporary: false };
  await orRemove(image.temporary ? [image.path] : [], () => policyGate({ word, path: image.path }, flags, context));
  return image;
}
