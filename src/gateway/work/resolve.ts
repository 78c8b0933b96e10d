// What a name stands for at its registry, and for whom: anonymously first, then with the person's login. An image that
// only the login opened is private. The registry is always asked, also when the cache has everything: the cache must
// never give one person what the registry would refuse him.

import { BerthError, hasCode } from "../../base/errors.ts";
import type { Log, Progress } from "../../base/log.ts";
import { keptDocuments, type RegistryPull } from "../../oci/fetch/registry-image.ts";
import { resolveFrom } from "../../oci/image-resolution.ts";
import { formatReference } from "../../oci/reference.ts";
import type { RegistryClient } from "../../oci/registry/client.ts";
import type { Cache } from "../../oci/store/cache.ts";
import type { OciImage, Platform } from "../../oci/types.ts";
import type { RegistryCredential } from "../types.ts";
import { fail } from "./errors.ts";
import type { NamedImage } from "./image-reference.ts";
import { type LocationPatience, locationClient, maySendLogin } from "./location-client.ts";

/** What is asked. */
export interface Question extends NamedImage {
  readonly credential: RegistryCredential | undefined;
  readonly platform: Platform;
  readonly cache: Cache;
  readonly log: Log;
  readonly progress: Progress;
  readonly patience: LocationPatience;
  readonly signal: AbortSignal;
}

/** An image that was found, and the way to its blobs. Close it when done. */
export interface FoundImage {
  readonly image: OciImage;
  readonly private: boolean;
  /** For fetching blobs as whoever was let in. */
  readonly pull: RegistryPull;
  readonly client: RegistryClient;
  close(): Promise<void>;
}

/** @throws E_WORK_CREDENTIAL, E_WORK_PLAIN, and what registries and documents make fail */
export async function resolveImage(question: Question): Promise<FoundImage> {
  const { credential } = question;
  try {
    return await resolveAs(question, undefined);
  } catch (error) {
    if (credential === undefined || !mayOpenForSomebody(error)) throw hidden(error, question);
    if (!maySendLogin(question.location)) throw fail("E_WORK_PLAIN", { host: question.reference.registry });
    return await resolveAs(question, credential).catch((failure: unknown) => {
      throw hidden(failure, question);
    });
  }
}

const NOT_THERE = ["E_AUTH_REQUIRED", "E_WORK_CREDENTIAL", "E_MANIFEST_UNKNOWN", "E_NAME_UNKNOWN"];

// Nobody has to log in at the site's own registry: to be asked for a login there means that one may not look, which is told
// in the same words as that nothing is there.
function hidden(error: unknown, { location, reference }: Question): unknown {
  if (!location.own || !NOT_THERE.some((code) => hasCode(error, code))) return error;
  return fail("E_WORK_NOT_THERE", { what: formatReference(reference) }, { cause: error });
}

// Registries hide private repositories in three ways: 401, 403 and 404. One whose limit for nobody is used up is asked
// with the login too; the image then counts as private, which errs on the safe side.
function mayOpenForSomebody(error: unknown): boolean {
  return error instanceof BerthError && [401, 403, 404, 429].includes(error.http);
}

async function resolveAs(question: Question, credential: RegistryCredential | undefined): Promise<FoundImage> {
  const { location, reference, platform, cache, log, progress, patience, signal } = question;
  const client = locationClient(location, credential, { ...patience, log });
  try {
    const pull: RegistryPull = {
      ...{ reference, platform, cache, log, progress, signal },
      policy: "always",
      client: async () => client,
      now: Date.now,
    };
    const root = await client.resolve(reference, { signal });
    const image = await resolveFrom(keptDocuments(pull), root, platform, formatReference(reference));
    return { image, private: credential !== undefined, pull, client, close: () => client.close() };
  } catch (error) {
    await client.close();
    throw refusal(error, reference.registry, credential);
  }
}

function refusal(error: unknown, host: string, credential: RegistryCredential | undefined) {
  if (credential === undefined || !hasCode(error, "E_AUTH_REFUSED")) return error;
  return fail("E_WORK_CREDENTIAL", { host }, { cause: error });
}
