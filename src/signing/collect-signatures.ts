// Fetches what lies beside an image of a registry as its signatures: sigstore bundles and notation's envelopes that refer to it, cosign's
// older form under its tag. Judges nothing; what could not be asked is said, never passed over.

import type { Digest } from "../base/digest.ts";
import { BerthError } from "../base/errors.ts";
import { parseManifest } from "../oci/manifest.ts";
import type { Reference } from "../oci/reference.ts";
import type { Descriptor } from "../oci/types.ts";
import { blobBytes, bundlesOf, classicLayers } from "./image-signatures.ts";
import { NOTATION_JWS, NOTATION_TYPE } from "./notation.ts";
import { type Desk, type Repository, referrersAnswer, taggedReferrers, within } from "./referrers.ts";
import type { CollectedSignatures, FoundSignature } from "./signature-evidence.ts";
import { isBundleType, type SignedImage } from "./sigstore-bundle.ts";
import { SIGNATURE_ANNOTATION } from "./simple-signing.ts";

/** Signatures of one image that are kept, and their bytes together. */
const MOST_FOUND = 64;
const MOST_BYTES = 2 * 1024 * 1024;
/** Bytes of a list that is kept beside signatures of it. */
const LARGEST_LIST = 256 * 1024;
/** Statuses of registries that do not know the question; signers then use the tag that stands in for it. */
const NO_API = [200, 400, 404, 405, 501];

/** Everything about the image that the reference led to. A registry that does not answer is said in `unread`; other failures are thrown. */
export async function collectSignatures(
  desk: Desk,
  reference: Reference,
  image: SignedImage,
): Promise<CollectedSignatures> {
  const work = new Collection(desk, reference);
  await work.add(image);
  // Whoever signs by a tag signs the list of all platforms.
  const byTag = reference.digest !== image.digest;
  const list = work.empty && byTag ? await work.listWith(reference, image) : undefined;
  if (list) await work.add(list);
  return work.collected;
}

class Collection {
  readonly #desk: Desk;
  readonly #at: Repository;
  readonly #documents: string[] = [];
  readonly #found: FoundSignature[] = [];
  readonly #faults: string[] = [];
  #bytes = 0;

  constructor(desk: Desk, at: Repository) {
    this.#desk = desk;
    this.#at = at;
  }

  get empty(): boolean {
    return this.#found.length === 0;
  }

  get collected(): CollectedSignatures {
    const unread = this.#faults.length === 0 ? {} : { unread: [...new Set(this.#faults)].join("; ").slice(0, 500) };
    // Documents are of use to signatures only.
    return { documents: this.empty ? [] : this.#documents, found: this.#found, judged: [], ...unread };
  }

  async add({ digest, manifestBytes }: SignedImage): Promise<void> {
    this.#documents.push(Buffer.from(manifestBytes).toString("base64"));
    for (const referrer of await this.#referrers(digest)) await this.#trying(() => this.#addReferrer(digest, referrer));
    for (const layer of await this.#trying(() => classicLayers(this.#desk, this.#at, digest), []))
      await this.#keep("cosign", digest, layer, layer.annotations?.[SIGNATURE_ANNOTATION]);
  }

  /** The list that the reference leads to, when the image is in it. */
  listWith(reference: Reference, image: SignedImage): Promise<SignedImage | undefined> {
    return this.#trying(async () => {
      const { descriptor, bytes } = await this.#desk.client.manifest(reference, undefined, {
        signal: this.#desk.signal,
      });
      if (bytes.length > LARGEST_LIST || descriptor.digest === image.digest) return undefined;
      const list = parseManifest(bytes, descriptor.mediaType, descriptor.digest);
      const holds = list.kind === "index" && list.manifests.some(({ digest }) => digest === image.digest);
      return holds ? { digest: descriptor.digest, manifestBytes: bytes } : undefined;
    }, undefined);
  }

  // Both accounts: mirrors have the tag, registries of today the other.
  async #referrers(image: Digest): Promise<Iterable<Descriptor>> {
    const tagged = await this.#trying(() => taggedReferrers(this.#desk, this.#at, image), []);
    const answer = await this.#trying(() => referrersAnswer(this.#desk, this.#at, image), undefined);
    if (answer && !NO_API.includes(answer.status))
      this.#faults.push(`the registry does not say what refers to the image (HTTP ${answer.status})`);
    return new Map([...tagged, ...(answer?.listed ?? [])].map((one) => [one.digest, one])).values();
  }

  async #addReferrer(image: Digest, referrer: Descriptor): Promise<void> {
    const { artifactType } = referrer;
    if (artifactType === NOTATION_TYPE) return this.#addNotation(image, referrer);
    if (artifactType !== undefined && !isBundleType(artifactType)) return;
    for (const layer of await bundlesOf(this.#desk, this.#at, referrer)) await this.#keep("bundle", image, layer);
  }

  async #addNotation(image: Digest, { digest }: Descriptor): Promise<void> {
    const { client, signal } = this.#desk;
    const { bytes } = await client.manifest(within(this.#at, { digest }), undefined, { signal });
    const manifest = parseManifest(bytes, undefined, digest);
    const [layer] = manifest.kind === "manifest" ? manifest.layers : [];
    if (layer?.mediaType === NOTATION_JWS) return this.#keep("notation", image, layer);
    const fault = "it is in a form that is not read (COSE)";
    this.#put({ kind: "notation", of: image, content: "", fault });
  }

  // One damaged signature must not hide a good one beside it, and counts for nothing itself.
  async #keep(kind: FoundSignature["kind"], image: Digest, layer: Descriptor, signature?: string): Promise<void> {
    const more = signature === undefined ? {} : { signature };
    try {
      const content = Buffer.from(await blobBytes(this.#desk, this.#at, layer)).toString("base64");
      this.#put({ kind, of: image, content, ...more });
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      this.#put({ kind, of: image, content: "", fault: error.message });
    }
  }

  #put(one: FoundSignature): void {
    this.#bytes += one.content.length;
    if (this.#found.length < MOST_FOUND && this.#bytes <= MOST_BYTES) this.#found.push(one);
    else this.#faults.push("there are more signatures than are looked at");
  }

  async #trying<T>(work: () => Promise<T>, otherwise?: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#desk.signal?.throwIfAborted();
      if (!(error instanceof BerthError)) throw error;
      this.#faults.push(error.message);
      return otherwise as T;
    }
  }
}
