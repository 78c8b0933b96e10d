// Shells at the desk: each is noted with its end, whoever ends it, and none runs that could not be noted.

import { expect, test } from "vitest";
import type { ExecSession } from "../engine/types.ts";
import type { AuditNote } from "./audit.ts";
import { liveDesk } from "./live-desk.ts";
import type { DeskParts } from "./parts.ts";
import type { SignedIn } from "./types.ts";

const FRED: SignedIn = {
  ...{ user: "fred", uid: 501, gid: 500, gids: [500], groups: [], roles: ["user"], scopes: undefined },
  ...{ via: "token", address: "::1" },
};
const OPTIONS = { argv: ["sh"], tty: true, stdin: true };
const AT = { stack: "rover", service: "web", slot: undefined };

function deskWith(note: (note: AuditNote) => Promise<void>) {
  const session = { closed: 0, close: () => void session.closed++, wait: async () => 7 };
  const stacks = {
    show: async () => ({ name: "rover", owner: "fred", services: [{ name: "web" }] }),
    exec: async () => session as unknown as ExecSession,
  };
  const { exec } = liveDesk({ stacks, audit: { note } } as unknown as DeskParts);
  return { session, open: () => exec(FRED, AT, OPTIONS, new AbortController().signal) };
}

test("the end of a shell is noted once, with its exit code or that somebody left", async () => {
  const lines: (string | undefined)[] = [];
  const { open } = deskWith(async ({ action, detail }) => void lines.push(`${action} ${detail}`));
  const first = await open();
  expect(await first.wait()).toBe(7);
  first.close();
  const second = await open();
  second.close();
  second.close();
  expect(lines).toEqual([
    ...["service.exec sh", "service.exec-end sh: exit 7"],
    ...["service.exec sh", "service.exec-end sh: left before its end"],
  ]);
});

test("a shell that cannot be noted does not go on", async () => {
  const { session, open } = deskWith(() => Promise.reject(new Error("the database is away")));
  await expect(open()).rejects.toThrow("the database is away");
  expect(session.closed).toBe(1);
});
