// The secrets of the site: made, given new values, removed, and opened for the containers that use them. Nothing here
// answers a value but `open`, which is for putting it into a container. Who may is decided at the desk.

import type { Selectable, Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { SecretRow } from "../../store/schema-secrets.ts";
import type { Store } from "../../store/store.ts";
import { closeSecret, isClosedFor, openSecret } from "./envelope.ts";
import { fail } from "./errors.ts";
import { exchangeKey } from "./exchange-key.ts";
import type { Keyring } from "./keyring.ts";

/** A secret as it is shown: everything but its value. */
export interface Secret {
  /** `SERVICE.STACK.FILE` or `STACK.FILE`. */
  readonly name: string;
  readonly description: string;
  readonly owner: { readonly uid: number; readonly user: string };
  /** Counts up with every new value. */
  readonly version: number;
  readonly bytes: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly rotatedAt: number;
  readonly rotatedBy: string;
}

export interface NewSecret {
  readonly name: string;
  readonly description: string;
  readonly owner: { readonly uid: number; readonly user: string };
  readonly value: Buffer;
}

/** The most that a secret may hold, in bytes: what Docker's and Kubernetes' limits have in common. */
export const SECRET_BYTES = 500_000;

export interface SecretBook {
  /** In the order of their names. */
  list(): Promise<readonly Secret[]>;
  /** Those with these names. */
  find(names: readonly string[]): Promise<readonly Secret[]>;
  /**
   * `admit` is part of the transaction that keeps it, after it was written: what it throws undoes that.
   *
   * @throws E_SECRET_EXISTS, E_SECRET_SIZE, E_SECRET_EMPTY, and what `admit` throws
   */
  create(secret: NewSecret, by: string, admit?: (trx: Transaction<Tables>) => Promise<void>): Promise<Secret>;
  /** Gives it another value. @throws E_SECRET_NONE, E_SECRET_SIZE, E_SECRET_EMPTY */
  rotate(name: string, value: Buffer, by: string): Promise<Secret>;
  /** @throws E_SECRET_NONE */
  describe(name: string, description: string): Promise<Secret>;
  /** @throws E_SECRET_NONE */
  remove(name: string): Promise<void>;
  /** The value, for a container. @throws E_SECRET_NONE, E_SECRET_BROKEN */
  open(name: string): Promise<Buffer>;
  /**
   * A new key of the site closes all secrets and keys of webhooks from now on, and the old ones are forgotten. Cut off in between it may be begun
   * again; every secret opens at any time. Answers how many secrets were closed again. @throws E_SECRET_KEY, E_SECRET_BROKEN
   */
  exchangeKey(): Promise<number>;
}

/** The secrets in a store, closed with the keys of a keyring. */
export function secretBook(store: Store, keyring: Keyring): SecretBook {
  const { db, now } = store;
  const row = async (name: string) => {
    const found = await db.selectFrom("secrets").selectAll().where("name", "=", name).executeTakeFirst();
    if (!found) throw fail("E_SECRET_NONE", { name });
    return found;
  };
  const change = async (name: string, set: Partial<Omit<SecretRow, "version">>, versions: number) => {
    const update = db
      .updateTable("secrets")
      .set((row) => ({ ...set, version: row("version", "+", versions) }))
      .where("name", "=", name);
    const { numUpdatedRows } = await update.executeTakeFirst();
    if (numUpdatedRows === 0n) throw fail("E_SECRET_NONE", { name });
    return readSecret(await row(name));
  };
  // Another server may have exchanged the key while this one wrote: what was closed for a key that is gone is closed again.
  const closeForNow = async (name: string, value: Buffer) => {
    const { id } = await keyring.current();
    const { sealed } = await row(name);
    if (!isClosedFor(sealed, id)) await change(name, { sealed: await closeSecret(keyring, name, value) }, 0);
  };
  return {
    list: async () => (await db.selectFrom("secrets").select(SHOWN).orderBy("name").execute()).map(readSecret),
    async find(names) {
      if (names.length === 0) return [];
      const rows = db.selectFrom("secrets").select(SHOWN).where("name", "in", names).orderBy("name");
      return (await rows.execute()).map(readSecret);
    },
    async create({ name, description, owner, value }, by, admit) {
      checkSize(name, value);
      const made = newRow({ name, description, owner, value }, await closeSecret(keyring, name, value), by, now());
      await store.transaction(async (trx) => {
        const insert = trx
          .insertInto("secrets")
          .values(made)
          .onConflict((conflict) => conflict.doNothing());
        const { numInsertedOrUpdatedRows } = await insert.executeTakeFirst();
        if (numInsertedOrUpdatedRows === 0n) throw fail("E_SECRET_EXISTS", { name });
        await admit?.(trx);
      });
      await closeForNow(name, value);
      return readSecret(made);
    },
    async rotate(name, value, by) {
      checkSize(name, value);
      const sealed = await closeSecret(keyring, name, value);
      const secret = await change(name, { sealed, bytes: value.length, rotated_at: now(), rotated_by: by }, 1);
      await closeForNow(name, value);
      return secret;
    },
    describe: (name, description) => change(name, { description }, 0),
    async remove(name) {
      const { numDeletedRows } = await db.deleteFrom("secrets").where("name", "=", name).executeTakeFirst();
      if (numDeletedRows === 0n) throw fail("E_SECRET_NONE", { name });
    },
    open: async (name) => openSecret(keyring, name, (await row(name)).sealed),
    exchangeKey: () => exchangeKey(store, keyring),
  };
}

function newRow({ name, description, owner, value }: NewSecret, sealed: string, by: string, at: number): SecretRow {
  const written = { name, description, owner_uid: owner.uid, owner_name: owner.user, version: 1 };
  const times = { created_at: at, created_by: by, rotated_at: at, rotated_by: by };
  return { ...written, ...times, sealed, bytes: value.length };
}

function checkSize(name: string, { length }: Buffer): void {
  if (length === 0) throw fail("E_SECRET_EMPTY", { name });
  if (length > SECRET_BYTES) throw fail("E_SECRET_SIZE", { name, bytes: length, limit: SECRET_BYTES });
}

// All but the value: thousands of those would not fit into the memory.
const SHOWN = [
  ...(["name", "description", "owner_uid", "owner_name", "version", "bytes"] as const),
  ...(["created_at", "created_by", "rotated_at", "rotated_by"] as const),
] as const;

function readSecret(row: Pick<Selectable<SecretRow>, (typeof SHOWN)[number]>): Secret {
  return {
    name: row.name,
    description: row.description,
    owner: { uid: row.owner_uid, user: row.owner_name },
    version: row.version,
    bytes: row.bytes,
    createdAt: row.created_at,
    createdBy: row.created_by,
    rotatedAt: row.rotated_at,
    rotatedBy: row.rotated_by,
  };
}
