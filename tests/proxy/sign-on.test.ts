// The sign-on of routes: from a page that wants it, over berth's sign-in, back with a ticket, to a cookie of that host alone.

import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { signPass } from "../../src/proxy/sign-on/pass.ts";
import { readSignOn, ticketAddress } from "../../src/services/routes/sign-on.ts";
import { backend, openSite, route } from "./proxy-site.ts";
import { ask } from "./talk.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const keys = [randomBytes(32).toString("base64")];
const HOST = "rover.example.org";
const PAGE = { Host: HOST, Accept: "text/html" };
const now = () => Date.now() / 1000;

async function guarded() {
  const site = await openSite();
  open.push(site);
  const web = await backend((request, response) =>
    response.end(JSON.stringify({ user: request.headers["x-berth-user"], cookie: request.headers.cookie })),
  );
  open.push(web);
  const auth = { signIn: "https://berth.example.org/sign-on", audience: "owner:rover" };
  const routes = [
    route({ host: HOST, backends: [web.spec], auth }),
    route({ id: "rover/web/1", host: HOST, path: "/open", backends: [web.spec] }),
  ];
  await site.publish(routes, { signOn: { cookie: "berth-sign-on", keys } });
  return { ...site, routes };
}

// The browser's way up to the ticket.
async function ticketFor(site: Awaited<ReturnType<typeof guarded>>, path: string, user = "elvis") {
  const sent = await ask(site.port, { path, headers: PAGE });
  expect(sent.status).toBe(302);
  const question = Object.fromEntries(new URL(sent.headers.location ?? "").searchParams);
  const request = readSignOn(question, site.routes);
  const back = new URL(ticketAddress(request, user, keys, { now: now(), passSeconds: 3600 }));
  return { back, state: cookieOf(sent.headers["set-cookie"], /state/), request };
}

describe("a route that wants a sign-in", () => {
  test("sends a browser there and lets it in when it comes back, as the person that it is", async () => {
    const site = await guarded();
    const { back, state, request } = await ticketFor(site, "/page?x=1");
    expect(request).toMatchObject({ audience: { who: "owner", stack: "rover" }, word: "owner:rover" });
    const path = back.pathname + back.search;
    const entered = await ask(site.port, { path, headers: { ...PAGE, Cookie: state } });
    expect([entered.status, entered.headers.location]).toEqual([302, "/page?x=1"]);
    const pass = cookieOf(entered.headers["set-cookie"], /pass/);
    expect(entered.headers["set-cookie"]?.join()).toMatch(/HttpOnly; SameSite=Lax/);
    const headers = { ...PAGE, Cookie: `${pass}; own=1`, "X-Berth-User": "root" };
    expect(JSON.parse((await ask(site.port, { headers })).body)).toEqual({ user: "elvis", cookie: "own=1" });
    expect((await ask(site.port, { path: "/open/x", headers: PAGE })).status).toBe(200);
  });

  test("answers programs with 401", async () => {
    const site = await guarded();
    expect((await ask(site.port, { headers: { Host: HOST } })).status).toBe(401);
    expect((await ask(site.port, { method: "POST", headers: PAGE })).status).toBe(401);
  });

  test("is not opened by another browser's ticket, an old one, another host's pass, or words that nobody signed", async () => {
    const site = await guarded();
    const { back, state } = await ticketFor(site, "/");
    const path = back.pathname + back.search;
    expect((await ask(site.port, { path, headers: PAGE })).status).toBe(400);
    const other = await ticketFor(site, "/");
    expect((await ask(site.port, { path, headers: { ...PAGE, Cookie: other.state } })).status).toBe(400);
    expect((await ask(site.port, { path: `${path}x`, headers: { ...PAGE, Cookie: state } })).status).toBe(302);
    const good = { use: "pass", user: "elvis", audience: "owner:rover", host: HOST, until: now() + 60 } as const;
    const name = (await passName(site)) ?? "";
    const tryPass = async (token: string) =>
      (await ask(site.port, { headers: { Host: HOST, Cookie: `${name}=${token}` } })).status;
    expect(await tryPass(signPass(good, keys))).toBe(200);
    const [words, mac] = signPass(good, keys).split(".");
    for (const token of [
      signPass({ ...good, until: now() - 1 }, keys),
      signPass({ ...good, host: "other.example.org" }, keys),
      signPass({ ...good, audience: "owner:other" }, keys),
      signPass({ ...good, use: "ticket" }, keys),
      signPass({ ...good, user: "a\r\nX-Evil: 1" }, keys),
      signPass(good, [randomBytes(32).toString("base64")]),
      `${words}`,
      `${words}.`,
      `${words}.${mac}.x`,
      `${Buffer.from(JSON.stringify({ ...good, user: "root" })).toString("base64url")}.${mac}`,
      "a.b",
      "",
    ])
      expect([token, await tryPass(token)]).toEqual([token, 401]);
  });

  test("never sends anybody to another site", async () => {
    const site = await guarded();
    for (const to of ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", "/a\nb"]) {
      const { back, state } = await ticketFor(site, "/");
      back.searchParams.set("to", to);
      const reply = await ask(site.port, { path: back.pathname + back.search, headers: { ...PAGE, Cookie: state } });
      expect([reply.status, reply.headers.location]).toEqual([302, "/"]);
    }
    const question = { audience: "owner:rover", state: "a".repeat(24) };
    for (const to of ["https://evil.example/", "javascript:alert(1)", "/x", `https://${HOST}.evil.example/`])
      expect(() => readSignOn({ ...question, to }, site.routes)).toThrow(/leads nowhere/);
  });

  test("never shows a ticket to a service beside the one that it is for", async () => {
    const site = await guarded();
    const { back, state } = await ticketFor(site, "/");
    back.searchParams.set("to", "/open/x");
    const reply = await ask(site.port, { path: back.pathname + back.search, headers: { ...PAGE, Cookie: state } });
    expect([reply.status, reply.body.includes("user")]).toEqual([404, false]);
    const question = { audience: "owner:rover", state: "a".repeat(24) };
    const tcp = route({ id: "rover/db/0", protocol: "tcp", listen: 9000 });
    for (const to of [`https://${HOST}/open/x`, `https://${HOST}/%6fpen`, `http://${HOST}:9000/`])
      expect(() => readSignOn({ ...question, to }, [...site.routes, tcp])).toThrow(/leads nowhere/);
    expect(readSignOn({ ...question, to: `https://${HOST}:8443/opened` }, [...site.routes, tcp]).word).toBe(
      "owner:rover",
    );
  });

  test("lets nobody in when the server gave no keys", async () => {
    const site = await guarded();
    await site.publish(site.routes);
    expect((await ask(site.port, { headers: PAGE })).status).toBe(503);
  });
});

async function passName(site: Awaited<ReturnType<typeof guarded>>): Promise<string | undefined> {
  const { back, state } = await ticketFor(site, "/");
  const reply = await ask(site.port, { path: back.pathname + back.search, headers: { ...PAGE, Cookie: state } });
  return cookieOf(reply.headers["set-cookie"], /pass/).split("=")[0];
}

function cookieOf(cookies: readonly string[] | undefined, name: RegExp): string {
  return cookies?.find((cookie) => name.test(cookie))?.split(";")[0] ?? "";
}
