// The one question that every start pays for: is there a signature policy at all? Two looks at the file system; the
// rest is loaded only when the answer is yes.

import { statSync } from "node:fs";
import { join } from "node:path";
import { configDir } from "../../platform/user.ts";
import type { Context } from "../context.ts";
import type { UsedImage } from "../policy-check.ts";
import type { SignatureFlags } from "../policy-signatures.ts";

const NAME = "signature-policy.yaml";

/** Lets an image pass, warns, or refuses. @throws E_POLICY_FILE, E_POLICY_REFUSED */
export async function policyGate(image: UsedImage, flags: SignatureFlags, context: Context): Promise<void> {
  const places = [`/etc/berth/${NAME}`, join(configDir(context.env, context.user), NAME)];
  const files = places.filter(isThere);
  if (files.length === 0) return;
  const { checkPolicies } = await import("../policy-check.ts");
  await checkPolicies(files, image, flags, context);
}

// A policy that may not be read is there: it must not be passed over.
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
