// The one question that every start pays for: is there a policy of signatures or of images at all? Four looks at the file
// system; the rest is loaded only when the answer is yes.

import { statSync } from "node:fs";
import { join } from "node:path";
import { configDir } from "../../platform/user.ts";
import type { Context } from "../context.ts";
import type { UsedImage } from "../policy-check.ts";
import type { SignatureFlags } from "../policy-signatures.ts";

const NAME = "signature-policy.yaml";
const IMAGES = "image-policy.json";

/** Lets an image pass, warns, or refuses. @throws E_POLICY_FILE, E_POLICY_REFUSED, E_LAUNCH_… */
export async function policyGate(image: UsedImage, flags: SignatureFlags, context: Context): Promise<void> {
  if (image.path !== undefined) await imageGate(image.path, context);
  const files = there(NAME, context);
  if (files.length === 0) return;
  const { checkPolicies } = await import("../policy-check.ts");
  await checkPolicies(files, image, flags, context);
}

/** The same for what a file of an image has to be, wherever it came from. @throws E_LAUNCH_… */
export async function imageGate(path: string, context: Context): Promise<void> {
  const demands = there(IMAGES, context);
  if (demands.length > 0) await (await import("../image-gate.ts")).checkImage(demands, path, context);
}

// Whoever adds a policy of his own can only demand more.
function there(name: string, { env, user }: Context): readonly string[] {
  return ["/etc/berth", configDir(env, user)].map((folder) => join(folder, name)).filter(isThere);
}

// A policy that may not be read is there: it must not be passed over.
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
