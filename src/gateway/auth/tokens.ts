// Tokens of the site: what a person's programs show instead of a munge credential. The database keeps a hash of the
// secret only. Knows the table `tokens`; who may make or revoke one is decided elsewhere.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Kysely, Selectable } from "kysely";
import { lockName } from "../../store/name-lock.ts";
import type { Tables, TokenRow } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { Scope } from "../types.ts";
import { fail } from "./errors.ts";

/** A token as it is shown to people: everything but its secret. */
export interface Token {
  readonly id: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  /** Seconds since 1970; null: never. */
  readonly expires: number | null;
  readonly lastUse: number | null;
}

export interface NewToken {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly scopes: readonly Scope[];
  readonly expires: number | null;
}

/** The tokens of the site. */
export interface TokenBook {
  /**
   * `secret` is the text to be shown once; nobody can find it out again. `most`: so many one person may have.
   *
   * @throws E_AUTH_TOO_MANY
   */
  make(token: NewToken, most?: number): Promise<{ readonly token: Token; readonly secret: string }>;
  /** Whose token this is. @throws E_AUTH_TOKEN */
  verify(secret: string): Promise<Token>;
  /** Those of one person, or all; newest first. */
  list(uid: number | undefined): Promise<readonly Token[]>;
  find(id: string): Promise<Token | undefined>;
  /** False: there was none. */
  revoke(id: string): Promise<boolean>;
}

export const SCOPES: readonly Scope[] = ["read", "pull", "manage", "admin"];

// berth_<id>_<secret>: the beginning lets scanners of leaked secrets find it, the id is no secret.
const FORM = /^berth_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const USE_NOTED_EVERY = 60;

/** The tokens in the store. */
export function tokenBook(store: Pick<Store, "db" | "kind" | "now" | "transaction">): TokenBook {
  const { db, now } = store;
  return {
    async make(token, most) {
      const id = randomBytes(8).toString("hex");
      const secret = randomBytes(32).toString("base64url");
      const row = rowOf(token, id, hash(secret), now());
      await store.transaction(async (trx) => {
        if (most !== undefined) {
          await lockName(trx, store.kind, `berth tokens of ${token.uid}`);
          if ((await countOf(trx, token.uid)) >= most) throw fail("E_AUTH_TOO_MANY", { limit: most });
        }
        await trx.insertInto("tokens").values(row).execute();
      });
      return { token: readToken(row), secret: `berth_${id}_${secret}` };
    },
    async verify(text) {
      const [, id, secret] = FORM.exec(text) ?? [];
      if (id === undefined || secret === undefined) throw fail("E_AUTH_TOKEN");
      const row = await rowById(db, id);
      // Everything unknown is refused with the same words.
      if (!row || !matches(row, secret) || isOver(row, now())) throw fail("E_AUTH_TOKEN");
      await noteUse(db, row, now());
      return readToken(row);
    },
    async list(uid) {
      const all = db.selectFrom("tokens").selectAll().orderBy("created_at", "desc").orderBy("id");
      const rows = await (uid === undefined ? all : all.where("uid", "=", uid)).execute();
      return rows.map(readToken);
    },
    async find(id) {
      const row = await rowById(db, id);
      return row && readToken(row);
    },
    async revoke(id) {
      const { numDeletedRows } = await db.deleteFrom("tokens").where("id", "=", id).executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

type Row = Selectable<TokenRow>;

async function countOf(db: Kysely<Tables>, uid: number): Promise<number> {
  const count = db
    .selectFrom("tokens")
    .select(({ fn }) => fn.countAll().as("n"))
    .where("uid", "=", uid);
  return Number((await count.executeTakeFirst())?.n ?? 0);
}

function rowById(db: Kysely<Tables>, id: string): Promise<Row | undefined> {
  return db.selectFrom("tokens").selectAll().where("id", "=", id).executeTakeFirst();
}

function rowOf(token: NewToken, id: string, hashed: string, at: number): Row {
  const { name, uid, gid, user, scopes, expires } = token;
  const numbers = { created_at: at, expires, last_use: null };
  return { id, hash: hashed, name, uid, gid, user_name: user, scopes: JSON.stringify(scopes), ...numbers };
}

function readToken(row: Row): Token {
  const scopes: unknown = JSON.parse(row.scopes);
  return {
    id: row.id,
    name: row.name,
    uid: row.uid,
    gid: row.gid,
    user: row.user_name,
    scopes: SCOPES.filter((scope) => Array.isArray(scopes) && scopes.includes(scope)),
    createdAt: row.created_at,
    expires: row.expires,
    lastUse: row.last_use,
  };
}

// 32 random bytes cannot be guessed, so that a slow hash would only slow the gateway down.
function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function matches(row: Row, secret: string): boolean {
  return timingSafeEqual(Buffer.from(hash(secret)), Buffer.from(row.hash));
}

function isOver({ expires }: Row, at: number): boolean {
  return expires !== null && expires <= at;
}

// A write for every request would cost more than the request.
async function noteUse(db: Kysely<Tables>, { id, last_use }: Row, at: number): Promise<void> {
  if (last_use !== null && at - last_use < USE_NOTED_EVERY) return;
  const noted = db.updateTable("tokens").set({ last_use: at }).where("id", "=", id).execute();
  // On a full disk people still may read: what has to write tells of it.
  await noted.catch(() => {});
}
