// An image URI given to `run` and its kin: what it leads to, as a file in the cache.

import { defineErrors } from "../base/errors.ts";
import type { PullPolicy } from "../oci/fetch/registry-image.ts";
import { parseImageUri } from "../oci/uri.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { cachedImage } from "./image-source.ts";
import type { POLICY_FLAGS, SOURCE_FLAGS } from "./source-flags.ts";

const fail = defineErrors({
  E_POLICY: {
    text: '--pull "{policy}" is no policy',
    hint: "choose newer, missing, always or never",
    exit: 1,
  },
});

/** A file to run. */
export interface EnsuredImage {
  readonly path: string;
  /** True when nobody else knows of the file: whoever runs it removes it as soon as it is open. */
  readonly temporary: boolean;
}

/** Gets the image of `uri`. @throws E_POLICY, and what parsing and getting it make fail */
export async function ensureImage(
  uri: string,
  flags: FlagValues<typeof SOURCE_FLAGS> & FlagValues<typeof POLICY_FLAGS>,
  context: Context,
): Promise<EnsuredImage> {
  return cachedImage(parseImageUri(uri), flags, policyOf(flags.pull ?? "newer"), context);
}

/** The policy that `--pull` names. @throws E_POLICY */
export function policyOf(policy: string): PullPolicy {
  if (policy === "always" || policy === "missing" || policy === "never" || policy === "newer") return policy;
  throw fail("E_POLICY", { policy });
}
