// The signature policy of a system: read at start-up, so that a mistake stops the server and no pull; and again in each job,
// so that what the file says now counts. It is asked about every pull before anything is told of the image or made of it.

import type { Log } from "../../base/log.ts";
import { readContainersPolicy } from "../../signing/containers-policy/read-policy.ts";
import { policyRefusal } from "../../signing/containers-policy/refusal.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";
import { fail } from "./errors.ts";
import type { FoundImage } from "./resolve.ts";

/** Reads the policies of all systems. @throws E_CONTAINERS_POLICY */
export async function checkSignaturePolicies({ systems }: Pick<GatewayConfig, "systems">): Promise<void> {
  const paths = new Set([...systems.values()].flatMap(({ signaturePolicy }) => signaturePolicy ?? []));
  for (const path of paths) await readContainersPolicy(path);
}

/** @throws E_WORK_SIGNATURE when the policy refuses the image, E_CONTAINERS_POLICY */
export async function checkSignatures(
  policy: string,
  { image, pull, client }: FoundImage,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const desk = { client, log, signal };
  const signed = { digest: image.descriptor.digest, manifestBytes: image.manifestBytes };
  const why = await policyRefusal(await readContainersPolicy(policy), desk, pull.reference, signed);
  if (why !== undefined) throw fail("E_WORK_SIGNATURE", { why });
}
