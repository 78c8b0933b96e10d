// Signs a SIF file: one signature for each group, or for the objects that were named.

import type { KeyObject } from "node:crypto";
import { groupRecords, groupsOf, type SifRecord, type SifTable } from "../image/sif/table.ts";
import { signEnvelope } from "./dsse.ts";
import { fail } from "./errors.ts";
import { objectDigests } from "./object-digests.ts";
import { fingerprintOf, type PgpSecretKey, signClear } from "./pgp.ts";
import { appendSignatures, type SignatureObject } from "./sif-append.ts";
import { STATEMENT_TYPE } from "./sif-signature.ts";
import { buildStatement, smallestId } from "./sif-statement.ts";

/** With what to sign: an unlocked OpenPGP key, or a plain private key. */
export type SigningKey =
  | { readonly kind: "pgp"; readonly key: PgpSecretKey }
  | { readonly kind: "plain"; readonly key: KeyObject };

export interface SignOptions {
  readonly key: SigningKey;
  /** One group instead of all. */
  readonly group?: number;
  /** One object instead of whole groups. */
  readonly object?: number;
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds signatures to the file at `path`; answers how many.
 * @throws E_SIF_NO_GROUP, E_SIF_NO_OBJECT, E_SIF_FULL, E_SIF_CLOSED, and what reading a SIF file makes fail
 */
export async function signSif(path: string, options: SignOptions): Promise<number> {
  let count = 0;
  await appendSignatures(path, options, async (handle, table) => {
    const digests = objectDigests(handle, options.signal);
    const made: SignatureObject[] = [];
    for (const { group, records } of selection(table, path, options)) {
      const contents = new Map<number, string>();
      for (const { descriptor } of records) contents.set(descriptor.id, await digests(descriptor, "sha256"));
      const firstId = smallestId(groupRecords(table, group));
      const statement = buildStatement(table, records, firstId, (id) => contents.get(id) ?? "");
      made.push({ group, ...(await signStatement(statement, options)) });
    }
    count = made.length;
    return made;
  });
  return count;
}

interface Selected {
  readonly group: number;
  readonly records: readonly SifRecord[];
}

function selection(table: SifTable, path: string, { group, object }: SignOptions): readonly Selected[] {
  if (object !== undefined) {
    const record = table.records.find(
      ({ descriptor: d }) => d.id === object && (group === undefined || d.group === group),
    );
    if (!record || record.descriptor.group === 0)
      throw fail("E_SIF_NO_GROUP", { path, group: `with object ${object}` });
    return [{ group: record.descriptor.group, records: [record] }];
  }
  const groups = groupsOf(table).filter((number) => group === undefined || number === group);
  if (groups.length === 0) throw fail("E_SIF_NO_GROUP", { path, group: group ?? "at all" });
  return groups.map((number) => ({ group: number, records: groupRecords(table, number) }));
}

async function signStatement(text: string, { key, now }: SignOptions): Promise<Omit<SignatureObject, "group">> {
  if (key.kind === "plain") {
    const envelope = signEnvelope(STATEMENT_TYPE, Buffer.from(text), key.key);
    return { content: Buffer.from(JSON.stringify(envelope)), hash: "sha256" };
  }
  const { message, hash } = await signClear(text, key.key, now);
  return { content: Buffer.from(message), hash, fingerprint: fingerprintOf(key.key) };
}
