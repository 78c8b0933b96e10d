// Secrets at the desk: what belongs to the site is for those who look after it.

import { expect, test } from "vitest";
import type { AuditNote } from "./audit.ts";
import type { DeskParts } from "./parts.ts";
import { secretDesk } from "./secret-desk.ts";
import type { Role, SignedIn } from "./types.ts";

test("the site's key is exchanged by operators and administrators, and every attempt is noted", async () => {
  const notes: AuditNote[] = [];
  const audit = { note: async (note: AuditNote) => void notes.push(note) };
  const parts = { audit, secrets: { exchangeKey: async () => 3 } } as unknown as DeskParts;
  const { exchangeKey } = secretDesk(parts);
  const who = (roles: readonly Role[], scopes?: readonly string[]): SignedIn => {
    return { user: "fred", uid: 501, gid: 500, gids: [500], groups: [], roles, scopes, via: "token", address: "::1" };
  };
  expect(await exchangeKey(who(["admin", "user"]))).toBe(3);
  expect(await exchangeKey(who(["operator"], ["admin"]))).toBe(3);
  for (const other of [who(["user"]), who(["viewer"]), who(["admin"], ["manage"])])
    await expect(exchangeKey(other)).rejects.toMatchObject({ code: "E_DESK_STAFF", http: 403 });
  expect(notes.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    ...Array(2).fill("secret.exchange-key ok"),
    ...Array(3).fill("secret.exchange-key refused"),
  ]);
});
