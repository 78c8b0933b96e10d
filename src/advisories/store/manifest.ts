// The list of what a generation of the store holds: each file with its size and hash, where it came from and when. Its own
// digest names the whole set, and the site's signature is over it. Knows nothing of folders.

import type { KeyObject } from "node:crypto";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { type Digest, digestOf } from "../../base/digest.ts";
import { envelopeSigner, signEnvelope } from "../../signing/dsse.ts";
import { parseEnvelope } from "../../signing/envelope.ts";
import { fail } from "../errors.ts";

/** Type of what a signature is over. */
export const MANIFEST_TYPE = "application/vnd.berth.advisories.manifest.v1+json";

const hash = Type.String({ pattern: "^[0-9a-f]{64}$" });
// The name of a file of the generation's folder, never a path.
const fileName = Type.String({ pattern: "^[A-Za-z0-9%_!'()*~-][A-Za-z0-9%_!'()*~.-]{0,254}$" });
const count = Type.Integer({ minimum: 0 });
const text = Type.String({ maxLength: 2000 });
// Ages are reckoned from it, and a folder is named after it.
const moment = Type.String({
  pattern: "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?Z$",
});

const SOURCE = Type.Object({
  name: text,
  from: text,
  date: moment,
  fetched: moment,
  etag: Type.Optional(text),
  sha256: Type.Optional(hash),
  records: count,
  skipped: count,
});
const PART = Type.Object({
  ecosystem: text,
  file: fileName,
  bytes: count,
  sha256: hash,
  packages: count,
  records: count,
});
const LIST = Type.Object({
  name: Type.Union([Type.Literal("exploited"), Type.Literal("support"), Type.Literal("end-of-life")]),
  file: fileName,
  bytes: count,
  sha256: hash,
  entries: count,
  date: moment,
  from: text,
});
const MANIFEST = Type.Object({
  format: Type.Literal(1),
  made: moment,
  sources: Type.Array(SOURCE, { maxItems: 1000 }),
  parts: Type.Array(PART, { maxItems: 10_000 }),
  lists: Type.Array(LIST, { maxItems: 10 }),
});

/** Where the records of one family of ecosystems (`Debian`) came from. */
export type SourceFacts = Static<typeof SOURCE>;
/** The index of one ecosystem and release. */
export type PartFacts = Static<typeof PART>;
/** A list besides the advisories. */
export type ListFacts = Static<typeof LIST>;
export type ListName = ListFacts["name"];
export type Manifest = Static<typeof MANIFEST>;

/** Lists of stores are tiny; a bigger one is none. */
export const MAX_MANIFEST = 8 << 20;

/** The bytes that are kept, hashed and signed. */
export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
}

/** Reads the bytes of a manifest. @throws E_ADVISORY_STORE */
export function parseManifest(
  bytes: Uint8Array,
  path: string,
): { readonly manifest: Manifest; readonly digest: Digest } {
  const value = jsonOf(bytes);
  if (bytes.length > MAX_MANIFEST || !Compile(MANIFEST).Check(value))
    throw fail("E_ADVISORY_STORE", { path, why: "its manifest.json is not in the form of this berth" });
  return { manifest: value, digest: digestOf(bytes) };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The signature file of a manifest. */
export function signManifest(bytes: Uint8Array, key: KeyObject): Buffer {
  return Buffer.from(`${JSON.stringify(signEnvelope(MANIFEST_TYPE, bytes, key))}\n`);
}

/** Passes when one of the keys has signed exactly this manifest. @throws E_ADVISORY_SIGNATURE */
export function checkManifest(
  bytes: Uint8Array,
  signature: Uint8Array | undefined,
  keys: readonly KeyObject[],
  path: string,
): void {
  if (signature === undefined) throw fail("E_ADVISORY_SIGNATURE", { path, why: "there is no signature" });
  const envelope = parseEnvelope(signature);
  if (envelope?.payloadType !== MANIFEST_TYPE || !envelope.payload.equals(bytes))
    throw fail("E_ADVISORY_SIGNATURE", { path, why: "the signature is of something else" });
  if (!envelopeSigner(envelope, keys)) throw fail("E_ADVISORY_SIGNATURE", { path, why: "the key is unknown" });
}
