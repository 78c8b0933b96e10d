// Who is signed in, over a server that is nothing but its answers.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask } from "../api/ask.ts";
import { endedFor, loadSession, me, reader, session, signOut, watchSession } from "./session.ts";

const WAYS = { password: true, token: true };
const answers: { readonly status: number; readonly body: unknown }[] = [];
const asked: string[] = [];

function person(user: string, csrf = `word of ${user}`) {
  const who = { user, uid: 500, gid: 500, groups: [], roles: ["user"] };
  return { status: 200, body: { me: who, csrf, ways: WAYS, site: "example", version: "0" } };
}
const nobody = { status: 200, body: { ways: WAYS, site: "example", version: "0" } };
const stale = { status: 403, body: { code: "E_SERVICES_CSRF", detail: "no word" } };

beforeEach(() => {
  watchSession();
  answers.length = 0;
  asked.length = 0;
  session.value = undefined;
  endedFor.value = undefined;
  vi.stubGlobal("fetch", async (path: string, { method, headers }: { method: string; headers: HeadersInit }) => {
    asked.push(`${method} ${path} ${new Headers(headers).get("x-berth-csrf") ?? "-"}`);
    const { status, body } = answers.shift() ?? { status: 200, body: "<p>Sign in to the network</p>" };
    const isPage = typeof body === "string";
    return new Response(isPage ? body : JSON.stringify(body), {
      status,
      headers: { "content-type": isPage ? "text/html" : "application/json" },
    });
  });
});
afterEach(() => vi.unstubAllGlobals());

const change = () => ask<unknown>({ method: "POST", path: "/v2/things", body: {} });

test("a session that ended while nobody asked anything leaves the page to its reader", async () => {
  answers.push(person("fred"), nobody);
  await loadSession();
  await loadSession();
  expect(me.value).toBeUndefined();
  expect(endedFor.value?.user).toBe("fred");
  expect(reader.value).toBe("fred");
});

test("nobody signed in at first is nobody whose session ended", async () => {
  answers.push(nobody);
  await loadSession();
  expect(reader.value).toBeUndefined();
});

test("a change goes on with the word of a session that another tab began", async () => {
  answers.push(person("fred", "old"), stale, person("fred", "new"), { status: 200, body: { done: true } });
  await loadSession();
  expect(await change()).toEqual({ done: true });
  expect(asked).toEqual(["GET /v2/session -", "POST /v2/things old", "GET /v2/session -", "POST /v2/things new"]);
});

test("a change is not sent again in somebody else's name, nor for ever", async () => {
  answers.push(person("fred"), stale, person("wilma"));
  await loadSession();
  await expect(change()).rejects.toMatchObject({ code: "E_SERVICES_CSRF" });
  expect(asked).toHaveLength(3);
  answers.push(stale, person("wilma"), stale);
  await expect(change()).rejects.toMatchObject({ code: "E_SERVICES_CSRF" });
  expect(asked).toHaveLength(6);
});

test("signing out of a session that has ended already is done", async () => {
  answers.push(person("fred"), { status: 401, body: { code: "E_SERVICES_LOGIN", detail: "who are you" } });
  await loadSession();
  await signOut();
  expect(reader.value).toBeUndefined();
});

test("a page of something before the server is no answer, and is said in words", async () => {
  await expect(ask<unknown>({ path: "/v2/things" })).rejects.toThrow(/not the server but something before it/);
});
