// The signatures of an image that somebody has judged or audited: beside it in its registry, or in its file; and whose of them count.

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { AuditedImage } from "../audit/types.ts";
import { parseDigest } from "../base/digest.ts";
import { BerthError } from "../base/errors.ts";
import { readSigners, type SiteSigners } from "../gate/site-signers.ts";
import type { PullRequest } from "../oci/pull.ts";
import { pullFile } from "../oci/pull-file.ts";
import type { Reference } from "../oci/reference.ts";
import { collectFileSignatures } from "../signing/collect-file-signatures.ts";
import { collectSignatures } from "../signing/collect-signatures.ts";
import { type Keyring, keyringIn } from "../signing/keyring.ts";
import { type CollectedSignatures, unreadSignatures } from "../signing/signature-evidence.ts";
import { configPlaces } from "../site/config-places.ts";
import { signersOf } from "../site/gate.ts";
import type { SignerFiles } from "../site/gateway-config.ts";
import type { Context } from "./context.ts";
import { registryAccess } from "./registry-access.ts";
import type { SignerFlags } from "./signer-flags.ts";

type AccessFlags = Parameters<typeof registryAccess>[0];

/** Whose signatures count for a call. */
export interface CallSigners {
  readonly signers: SiteSigners;
  readonly keyrings: readonly Keyring[];
}

/** Those of the flags, else those of the site's configuration. @throws E_KEY_FILE, E_CERTIFICATE_FILE, E_SITE_… */
export async function callSigners(flags: SignerFlags, context: Context): Promise<CallSigners> {
  const { "verify-key": keys, trust, keysdir } = flags;
  const site = await siteSigners(context);
  const named = keys.length > 0 || trust !== undefined;
  const signers = await readSigners(named ? { keys, authorities: trust } : site);
  return { signers, keyrings: [keyringIn(keysdir ?? site.keyring)] };
}

// On most machines of a site only some may read all of its file; who may not has the machine's keyring and his flags.
async function siteSigners({ env, user }: Context): Promise<SignerFiles> {
  const { site } = configPlaces(env);
  const at = (path: string) => resolve(dirname(site), path);
  if (!existsSync(site)) return signersOf(undefined, at);
  const { readSiteFileIfAny } = await import("../site/read-config.ts");
  const file = await readSiteFileIfAny(site, { env, user });
  return signersOf(file?.gateway?.policy?.signatures, at);
}

/** What is found of an image's signatures. A registry that does not answer is said in `unread`. @throws E_KEYRING */
export async function collectedOf(
  request: PullRequest,
  { digest }: Pick<AuditedImage, "digest">,
  by: CallSigners,
  flags: AccessFlags,
  context: Context,
): Promise<CollectedSignatures> {
  const { source, policy } = request;
  if (source.kind === "docker" && digest !== undefined)
    return policy === "never"
      ? unreadSignatures("its registry was not asked")
      : beside(source.reference, digest, flags, context);
  const path = source.kind === "file" ? source.path : await pullFile(request);
  if (path === undefined)
    return unreadSignatures("archives and folders carry none; the registry that it came from may have some");
  const { signers, keyrings } = by;
  return collectFileSignatures(path, { keyrings, keys: signers.keys, now: new Date(), signal: context.signal });
}

async function beside(
  reference: Reference,
  digest: string,
  flags: AccessFlags,
  context: Context,
): Promise<CollectedSignatures> {
  const access = registryAccess(flags, context);
  try {
    const { log, signal } = context;
    const client = await access.client();
    const { registry, repository } = reference;
    const own = parseDigest(digest);
    const { bytes } = await client.manifest({ registry, repository, digest: own }, undefined, { signal });
    return await collectSignatures({ client, log, signal }, reference, { digest: own, manifestBytes: bytes });
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof BerthError)) throw error;
    return unreadSignatures(error.message);
  } finally {
    await access.close();
  }
}
