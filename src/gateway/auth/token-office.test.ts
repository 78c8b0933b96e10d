import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SystemConfig } from "../../site/gateway-config.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import type { GatewayEvent, Principal, Scope } from "../types.ts";
import { type TokenOffice, tokenOffice } from "./token-office.ts";
import { tokenBook } from "./tokens.ts";

const SYSTEM: SystemConfig = {
  ...{ name: "cluster", mungeSocket: undefined, admins: ["root"], operators: [], format: "squashfs" },
  ...{ converterOptions: {}, platform: "linux/amd64", transfer: { kind: "local", imageDir: "/nonexistent" } },
};
const READER = { name: "ci", scopes: ["read"], expires: null } as const;

let store: Store;
let office: TokenOffice;
let events: Omit<GatewayEvent, "id" | "at">[];

beforeEach(async () => {
  store = await openMemoryStore(() => 1000);
  events = [];
  const note = async (event: Omit<GatewayEvent, "id" | "at">) => void events.push(event);
  const config = { systems: new Map([["cluster", SYSTEM]]) };
  office = tokenOffice({ tokens: tokenBook(store), config, events: { note } });
});
afterEach(() => store.close());

function person(uid: number, user: string, scopes?: readonly Scope[]): Principal {
  return { uid, gid: uid, user, group: user, via: "munge", scopes, registries: new Map(), groups: async () => [uid] };
}

describe("the token office", () => {
  test("makes tokens for whoever asks, and lists them to him only", async () => {
    await office.make(person(500, "alice"), READER);
    expect(await office.list(person(500, "alice"))).toMatchObject([{ name: "ci", user: "alice" }]);
    expect(await office.list(person(501, "bob"))).toEqual([]);
  });

  test("notes who made and ended which, and no secret", async () => {
    const { token, secret } = await office.make(person(500, "alice"), READER);
    await office.revoke(person(500, "alice"), token.id);
    expect(events.map(({ kind, actor }) => [kind, actor.name])).toEqual([
      ["token.made", "alice"],
      ["token.revoked", "alice"],
    ]);
    expect(JSON.stringify(events)).not.toContain(secret.slice(23));
  });

  test("makes with a token none that goes further, and none at all with one that may not manage", async () => {
    const manager = person(500, "alice", ["manage"]);
    await office.make(manager, { ...READER, scopes: ["read", "pull"] });
    const wider = office.make(manager, { ...READER, scopes: ["read", "admin"] });
    await expect(wider).rejects.toMatchObject({ code: "E_AUTH_SCOPES", http: 403 });
    const reader = person(500, "alice", ["read", "pull"]);
    await expect(office.make(reader, READER)).rejects.toMatchObject({ code: "E_AUTH_SCOPES" });
  });

  test("ends a token for its owner and for administrators; for others there is none", async () => {
    const { token } = await office.make(person(500, "alice"), READER);
    const others = office.revoke(person(501, "bob"), token.id);
    await expect(others).rejects.toMatchObject({ code: "E_AUTH_NO_TOKEN", http: 404 });
    await office.revoke(person(0, "root"), token.id);
    await expect(office.revoke(person(0, "root"), token.id)).rejects.toMatchObject({ code: "E_AUTH_NO_TOKEN" });
  });

  test("gives nobody more than a hundred, whatever is asked for at the same moment", async () => {
    const alice = person(500, "alice");
    for (let i = 0; i < 95; i++) await office.make(alice, READER);
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => office.make(alice, READER)));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    await expect(office.make(alice, READER)).rejects.toMatchObject({ code: "E_AUTH_TOO_MANY", http: 409 });
  });
});
