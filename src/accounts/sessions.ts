// Sessions of browsers. The cookie holds a secret of 32 random bytes, the database only its hash; what proves that a change
// comes from our own pages is made of the same secret, so it needs no place of its own.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Selectable } from "kysely";
import type { SessionRow } from "../store/schema-accounts.ts";
import type { Store } from "../store/store.ts";

export interface Session {
  readonly user: string;
  readonly uid: number;
  readonly via: string;
  /** Id of the token that it began with. */
  readonly token: string | undefined;
  /** Seconds since 1970. */
  readonly expires: number;
}

export interface Sessions {
  /** Answers the cookie's secret. */
  begin(
    session: Omit<Session, "expires"> & { readonly address: string },
  ): Promise<{ readonly secret: string; readonly expires: number }>;
  /** Undefined: there is none, or it has ended. */
  find(secret: string): Promise<Session | undefined>;
  end(secret: string): Promise<void>;
  /** All of somebody: he may have lost a machine. */
  endAll(uid: number): Promise<void>;
  /** Forgets what has ended. */
  sweep(): Promise<void>;
}

export interface SessionTimes {
  readonly sessionSeconds: number;
  readonly sessionIdleSeconds: number;
}

const FORM = /^[A-Za-z0-9_-]{43}$/;
// A write for every request would cost more than the request.
const SEEN_EVERY = 60;

/** The sessions in a store. */
export function sessionBook({ db, now }: Pick<Store, "db" | "now">, times: () => SessionTimes): Sessions {
  const remove = (hash: string) => db.deleteFrom("sessions").where("hash", "=", hash).execute();
  return {
    async begin({ user, uid, via, token, address }) {
      const secret = randomBytes(32).toString("base64url");
      const at = now();
      const expires = at + times().sessionSeconds;
      const row = { user_name: user, uid, via, token: token ?? null, address, created_at: at, seen_at: at, expires };
      await db
        .insertInto("sessions")
        .values({ hash: hash(secret), ...row })
        .execute();
      return { secret, expires };
    },
    async find(secret) {
      if (!FORM.test(secret)) return undefined;
      const row = await db.selectFrom("sessions").selectAll().where("hash", "=", hash(secret)).executeTakeFirst();
      if (!row) return undefined;
      if (isOver(row, now(), times())) return void (await remove(row.hash));
      if (now() - row.seen_at > SEEN_EVERY)
        await db.updateTable("sessions").set({ seen_at: now() }).where("hash", "=", row.hash).execute();
      const { user_name: user, uid, via, token, expires } = row;
      return { user, uid, via, token: token ?? undefined, expires };
    },
    end: async (secret) => void (await remove(hash(secret))),
    endAll: async (uid) => void (await db.deleteFrom("sessions").where("uid", "=", uid).execute()),
    async sweep() {
      const idle = now() - times().sessionIdleSeconds;
      const over = db
        .deleteFrom("sessions")
        .where((row) => row.or([row("expires", "<=", now()), row("seen_at", "<", idle)]));
      await over.execute();
      await db.deleteFrom("sign_ins").where("expires", "<=", now()).execute();
    },
  };
}

function isOver(
  { expires, seen_at }: Selectable<SessionRow>,
  at: number,
  { sessionIdleSeconds }: SessionTimes,
): boolean {
  return expires <= at || at - seen_at > sessionIdleSeconds;
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** What a page of ours sends with every change; a strange page cannot know it. */
export function csrfOf(secret: string): string {
  return createHash("sha256").update(`berth csrf ${secret}`).digest("base64url");
}

/** True when that was sent. */
export function holdsCsrf(secret: string, sent: string | undefined): boolean {
  const [ours, theirs] = [Buffer.from(csrfOf(secret)), Buffer.from(sent ?? "")];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
