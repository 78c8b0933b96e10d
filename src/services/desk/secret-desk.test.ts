// Secrets at the desk: what belongs to the site is for those who look after it; stacks that are not there yet, and busy ones.

import { expect, test } from "vitest";
import { fail } from "../stacks/errors.ts";
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

const FRED: SignedIn = {
  ...{ user: "fred", uid: 501, gid: 500, gids: [500], groups: [], roles: ["user"], scopes: undefined },
  ...{ via: "token", address: "::1" },
};
const RECORD = { name: "web.rover.word", description: "", owner: { user: "fred", uid: 501 }, version: 1, bytes: 1 };
const PARTS = {
  secrets: { list: async () => [RECORD], find: async () => [RECORD], rotate: async () => ({ ...RECORD, version: 2 }) },
  serviceTypes: () => new Map([["web", {}]]),
};
const ROVER = { name: "rover", owner: "fred" };

test("secrets of a stack whose first deployment failed are listed: nothing uses them", async () => {
  const stacks = {
    show: async (stack: string) => {
      if (stack === "rover") return ROVER;
      throw fail("E_STACK_NONE", { stack });
    },
    spec: (stack: string) => Promise.reject(fail("E_STACK_NOT_DEPLOYED", { stack })),
  };
  const { list } = secretDesk({ ...PARTS, stacks } as unknown as DeskParts);
  expect(await list(FRED)).toMatchObject([{ name: "web.rover.word", usedBy: [] }]);
});

test("a new value is noted as kept though its stack was too busy to be restarted", async () => {
  const notes: AuditNote[] = [];
  const stacks = {
    show: async (stack: string) => {
      if (stack === "rover") return ROVER;
      throw fail("E_STACK_NONE", { stack });
    },
    spec: async () => ({
      secrets: [{ name: "word", store: "web.rover.word" }],
      services: [{ name: "web", secrets: [{ name: "word" }] }],
    }),
    restart: (stack: string) => Promise.reject(fail("E_STACK_BUSY", { stack, what: "up", by: "wilma" })),
  };
  const audit = { note: async (note: AuditNote) => void notes.push(note) };
  const { rotate } = secretDesk({ ...PARTS, stacks, audit } as unknown as DeskParts);
  const change = rotate(FRED, "web.rover.word", Buffer.from("new"), { restart: true });
  await expect(change).rejects.toMatchObject({ code: "E_STACK_BUSY" });
  expect(notes.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    "secret.rotate ok",
    "stack.restart refused",
  ]);
});
