// `berth sign` and `berth verify` of an image in a registry.

import type { KeyObject } from "node:crypto";
import type { Digest } from "../base/digest.ts";
import { formatReference, parseReference, type Reference } from "../oci/reference.ts";
import { fail } from "../signing/errors.ts";
import { imageSignatures, signRegistryImage } from "../signing/image-signatures.ts";
import { keyId } from "../signing/pem-key.ts";
import type { Desk } from "../signing/referrers.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { print } from "./output.ts";
import { registryAccess } from "./registry-access.ts";
import type { REGISTRY_FLAGS, SignValues } from "./sign.ts";
import type { VerifyValues } from "./verify.ts";
import { givenKey } from "./verify-work.ts";

/** Signs what the reference stands for now. @throws E_REFERENCE_…, E_PUSH_…, E_AUTH_… */
export async function signRemote(uri: string, key: KeyObject, values: SignValues, context: Context): Promise<void> {
  await atRegistry(uri, values, context, async (desk, reference) => {
    const image = await desk.client.resolve(reference, { signal: desk.signal });
    if (reference.digest === undefined)
      context.log.info(`${formatReference(reference)} is ${image.digest}: this is what is signed`);
    await signRegistryImage(desk, reference, image, key, new Date());
    context.log.info(`Signature of key ${keyId(key)} pushed beside ${named(reference, image.digest)}`);
  });
}

/** Verifies; one good signature is enough. @throws E_IMAGE_UNSIGNED, E_KEY_NEEDED, E_KEY_FILE, E_CERTIFICATE… */
export async function verifyRemote(uri: string, values: VerifyValues, context: Context): Promise<void> {
  const key = await givenKey(values);
  if (!key) throw fail("E_KEY_NEEDED");
  await atRegistry(uri, values, context, async (desk, reference) => {
    const { descriptor, bytes } = await desk.client.manifest(reference, undefined, { signal: desk.signal });
    const image = { digest: descriptor.digest, manifestBytes: bytes };
    const signatures = await imageSignatures(desk, reference, image, [key]);
    const what = named(reference, image.digest);
    if (values.json) print(`${JSON.stringify({ image: what, signatures }, null, 2)}\n`);
    const good = signatures.filter(({ signer }) => signer !== undefined);
    const reasons = [...new Set(signatures.map(({ why }) => why))];
    if (good.length === 0) throw fail("E_IMAGE_UNSIGNED", { what, why: reasons.join("; ") || "there is no signature" });
    if (!values.json)
      print(`${what}\n${good.map(({ signer, form }) => `[KEY]     SHA-256: ${signer} (${form})\n`).join("")}`);
    context.log.info(`Verified signature(s) of '${what}'`);
  });
}

function named({ registry, repository }: Reference, digest: Digest): string {
  return formatReference({ registry, repository, digest });
}

async function atRegistry(
  uri: string,
  values: FlagValues<typeof REGISTRY_FLAGS>,
  context: Context,
  work: (desk: Desk, reference: Reference) => Promise<void>,
): Promise<void> {
  const reference = parseReference(uri.slice("docker://".length));
  const access = registryAccess(values, context);
  try {
    await work({ client: await access.client(), log: context.log, signal: context.signal }, reference);
  } finally {
    await access.close();
  }
}
