// What a SIF signature says (version 1 of its JSON): the digest of the header's fixed fields, and for every object of a
// group the digests of its descriptor and of its content. Pure: contents come in as digests already computed.

import type { Hash } from "node:crypto";
import type { SifRecord, SifTable } from "../image/sif/table.ts";
import { asObject, jsonObject } from "../oci/json.ts";
import {
  type DigestAlgorithm,
  formatSignedDigest,
  isDigest,
  parseSignedDigest,
  type SignedDigest,
  startHash,
} from "./digests.ts";

/** What is signed of one object. */
export interface ObjectStatement {
  /** Its id less the smallest id of its group, so that a group can be moved into another file. */
  readonly relativeId: number;
  readonly descriptorDigest: SignedDigest;
  readonly objectDigest: SignedDigest;
}

/** A parsed statement. */
export interface SifStatement {
  readonly header: SignedDigest;
  readonly objects: readonly ObjectStatement[];
}

/** Digests an object's descriptor: everything but its place in the file and its change time. */
function hashDescriptor({ bytes }: SifRecord, relativeId: number, algorithm: DigestAlgorithm): Hash {
  const id = Buffer.alloc(4);
  id.writeUInt32LE(relativeId);
  const used = Buffer.of(1);
  const hash = startHash(algorithm).update(bytes.subarray(0, 4)).update(used).update(id);
  // The link, the size, the time of creation, then owner, name and the type's own fields.
  for (const [from, to] of DESCRIPTOR_FIELDS) hash.update(bytes.subarray(from, to));
  return hash;
}

const DESCRIPTOR_FIELDS = [
  [13, 17],
  [25, 33],
  [41, 49],
  [57, 585],
] as const;

/** Digests the header: launch line, magic, version and UUID. The architecture repeats the partition's. */
function hashHeader({ header }: SifTable, algorithm: DigestAlgorithm): Hash {
  return startHash(algorithm).update(header.subarray(0, 45)).update(header.subarray(48, 64));
}

/** The smallest id of a record's group. */
export function smallestId(records: readonly SifRecord[]): number {
  return Math.min(...records.map(({ descriptor }) => descriptor.id));
}

/** The JSON to be signed, for some objects of one group; `contents` answers the SHA-256 of an object by id. */
export function buildStatement(
  table: SifTable,
  records: readonly SifRecord[],
  firstId: number,
  contents: (id: number) => string,
): string {
  const digest = (hash: Hash) => formatSignedDigest({ algorithm: "sha256", hex: hash.digest("hex") });
  const objects = records.map((record) => {
    const relativeId = record.descriptor.id - firstId;
    return {
      relativeId,
      descriptorDigest: digest(hashDescriptor(record, relativeId, "sha256")),
      objectDigest: formatSignedDigest({ algorithm: "sha256", hex: contents(record.descriptor.id) }),
    };
  });
  return JSON.stringify({ version: 1, header: { digest: digest(hashHeader(table, "sha256")) }, objects });
}

/** Reads what was signed; undefined when it is not a statement of version 1. */
export function parseStatement(text: string): SifStatement | undefined {
  const document = jsonObject(Buffer.from(text, "utf8"));
  const header = parseSignedDigest(asObject(document?.["header"])?.["digest"]);
  const list = document?.["objects"];
  if (document?.["version"] !== 1 || header === undefined || !Array.isArray(list)) return undefined;
  const objects = list.map(parseObject);
  return objects.every((object) => object !== undefined) ? { header, objects } : undefined;
}

function parseObject(value: unknown): ObjectStatement | undefined {
  const object = asObject(value);
  const relativeId = object?.["relativeId"];
  const descriptorDigest = parseSignedDigest(object?.["descriptorDigest"]);
  const objectDigest = parseSignedDigest(object?.["objectDigest"]);
  if (typeof relativeId !== "number" || !Number.isSafeInteger(relativeId) || relativeId < 0) return undefined;
  return descriptorDigest && objectDigest ? { relativeId, descriptorDigest, objectDigest } : undefined;
}

/** How a file differs from what was signed. */
export type Difference =
  | { readonly code: "E_HEADER_CHANGED" }
  | { readonly code: "E_OBJECT_UNSIGNED" | "E_OBJECT_MISSING" | "E_DESCRIPTOR_CHANGED"; readonly id: number };

/**
 * Compares everything but the contents. `records` are those to be checked; with `whole` they are all of their group and
 * the statement must name no others.
 */
export function compareTable(
  statement: SifStatement,
  table: SifTable,
  records: readonly SifRecord[],
  firstId: number,
  whole: boolean,
): Difference | undefined {
  const signed = new Map(statement.objects.map((object) => [object.relativeId + firstId, object]));
  if (whole) {
    const present = new Set(records.map(({ descriptor }) => descriptor.id));
    const gone = [...signed.keys()].find((id) => !present.has(id));
    if (gone !== undefined) return { code: "E_OBJECT_MISSING", id: gone };
  }
  if (!isDigest(hashHeader(table, statement.header.algorithm), statement.header)) return { code: "E_HEADER_CHANGED" };
  for (const record of records) {
    const { id } = record.descriptor;
    const object = signed.get(id);
    if (object === undefined) return { code: "E_OBJECT_UNSIGNED", id };
    const { descriptorDigest: wanted } = object;
    if (!isDigest(hashDescriptor(record, id - firstId, wanted.algorithm), wanted))
      return { code: "E_DESCRIPTOR_CHANGED", id };
  }
  return undefined;
}
