// Every route of the services, asked by everybody: who gets through to the rooms behind the desk, and who does not. A route that
// is not in the table fails the test, so that none comes without somebody having thought of it.

import fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeServicesDesk } from "../desk/index.ts";
import type { DeskParts } from "../desk/parts.ts";
import type { SignedIn } from "../desk/types.ts";
import type { Stack } from "../types.ts";
import { NO_SIGN_IN } from "./parts.ts";
import { rancherRoutes } from "./rancher-routes.ts";
import { servicesRoutes } from "./services-routes.ts";

const ROVER = {
  ...{ name: "rover", title: "", owner: "fred", group: "csg", tags: { owner: "fred", group: "csg" }, deployment: "d" },
  ...{ staffOwner: "wilma", staffGroup: "isg", state: "running", createdAt: 0, updatedAt: 0 },
  services: [{ stack: "rover", name: "web", state: "running", containers: [], ports: [], routes: [], wanted: 1 }],
} as unknown as Stack;
const SECRET = {
  ...{ name: "rover.word", description: "x", owner: { uid: 1, user: "fred" }, version: 1, bytes: 1 },
  ...{ createdAt: 0, createdBy: "fred", rotatedAt: 0, rotatedBy: "fred" },
};

const person = (user: string, more: Partial<SignedIn> = {}): SignedIn => ({
  ...{ user, uid: 1000, gid: 1000, groups: [user], gids: [1000], roles: ["user"], via: "token", address: "192.0.2.1" },
  ...more,
});
const PEOPLE = {
  nobody: undefined,
  stranger: person("elvis"),
  viewer: person("eye", { roles: ["viewer"] }),
  reader: person("fred", { scopes: ["read"] }),
  member: person("barney", { groups: ["csg"] }),
  owner: person("fred"),
  operator: person("op", { roles: ["operator"] }),
  admin: person("root", { roles: ["admin"] }),
} as const satisfies Record<string, SignedIn | undefined>;
type Who = keyof typeof PEOPLE;

const SIGNED_IN: readonly Who[] = ["stranger", "viewer", "reader", "member", "owner", "operator", "admin"];
const LEVELS = {
  open: ["nobody", ...SIGNED_IN],
  signedIn: SIGNED_IN,
  doer: SIGNED_IN.filter((who) => who !== "viewer" && who !== "reader"),
  see: SIGNED_IN.filter((who) => who !== "stranger"),
  operate: ["member", "owner", "operator", "admin"],
  change: ["owner", "admin"],
  knowSecret: ["reader", "member", "owner", "operator", "admin"],
  staff: ["operator", "admin"],
} as const satisfies Record<string, readonly Who[]>;

const WISH = { name: "rover", compose: ["a"], files: [{ name: "a", text: "" }] };
const NEW = { ...WISH, name: "new" };
const VALUE = { value: "eA==" };

/** Method, route, who, a body. The parameters are those of rover. */
type Row = readonly [method: string, url: string, level: keyof typeof LEVELS, body?: unknown];
const ROUTES: readonly Row[] = [
  ["GET", "/v2/session", "open"],
  ["POST", "/v2/session", "open", { token: "x" }],
  ["DELETE", "/v2/session", "signedIn"],
  ["GET", "/v2/session/oidc", "open"],
  ["GET", "/v2/session/oidc/callback", "open"],
  ["GET", "/v2/services/openapi.json", "open"],
  ["POST", "/v2/webhooks/:id", "open"],
  ["GET", "/v2/stacks", "signedIn"],
  ["POST", "/v2/stacks", "operate", WISH],
  ["POST", "/v2/stacks", "doer", NEW],
  ["POST", "/v2/stacks/propose", "operate", WISH],
  ["POST", "/v2/stacks/propose", "doer", NEW],
  ["GET", "/v2/stacks/:stack", "see"],
  ["DELETE", "/v2/stacks/:stack", "change"],
  ["POST", "/v2/stacks/:stack/diff", "operate", WISH],
  ["GET", "/v2/stacks/:stack/files", "operate"],
  ["GET", "/v2/stacks/:stack/export", "operate"],
  ["POST", "/v2/stacks/:stack/upgrade", "operate", {}],
  ["POST", "/v2/stacks/:stack/rollback", "operate", {}],
  ["POST", "/v2/stacks/:stack/confirm", "operate"],
  ["POST", "/v2/stacks/:stack/stop", "operate"],
  ["POST", "/v2/stacks/:stack/start", "operate"],
  ["POST", "/v2/stacks/:stack/restart", "operate"],
  ["GET", "/v2/stacks/:stack/deployments", "see"],
  ["GET", "/v2/stacks/:stack/deployments/:id", "see"],
  ["GET", "/v2/stacks/:stack/operations", "see"],
  ["GET", "/v2/stacks/:stack/operations/:id", "see"],
  ["GET", "/v2/stacks/:stack/operations/:id/follow", "see"],
  ["GET", "/v2/stacks/:stack/logs", "operate"],
  ["GET", "/v2/stacks/:stack/logs/follow", "operate"],
  ["GET", "/v2/stacks/:stack/events", "see"],
  ["GET", "/v2/stacks/:stack/events/follow", "see"],
  ["GET", "/v2/stacks/:stack/usage", "see"],
  ["GET", "/v2/stacks/:stack/services/:service", "see"],
  ["GET", "/v2/stacks/:stack/services/:service/activity", "see"],
  // Without an upgrade nobody gets as far as the desk; tests/services opens shells.
  ["GET", "/v2/stacks/:stack/services/:service/exec", "signedIn"],
  ["POST", "/v2/stacks/:stack/services/:service/upgrade", "operate", {}],
  ["POST", "/v2/stacks/:stack/services/:service/rollback", "operate", {}],
  ["POST", "/v2/stacks/:stack/services/:service/stop", "operate"],
  ["POST", "/v2/stacks/:stack/services/:service/start", "operate"],
  ["POST", "/v2/stacks/:stack/services/:service/restart", "operate"],
  ["POST", "/v2/stacks/:stack/services/:service/scale", "operate", { replicas: 1 }],
  ["POST", "/v2/stacks/:stack/services/:service/wake", "operate"],
  ["GET", "/v2/stacks/:stack/webhooks", "operate"],
  ["POST", "/v2/stacks/:stack/webhooks", "operate", { description: "x" }],
  ["DELETE", "/v2/stacks/:stack/webhooks/:id", "operate"],
  ["GET", "/v2/logs", "signedIn"],
  ["GET", "/v2/service-events", "signedIn"],
  ["GET", "/v2/activity", "signedIn"],
  ["GET", "/v2/secrets", "signedIn"],
  ["POST", "/v2/secrets", "operate", { name: "rover.word", description: "x", ...VALUE }],
  ["POST", "/v2/secrets", "doer", { name: "new.word", description: "x", ...VALUE }],
  ["GET", "/v2/secrets/:name", "knowSecret"],
  ["DELETE", "/v2/secrets/:name", "change"],
  ["POST", "/v2/secrets/:name/rotate", "operate", VALUE],
  ["POST", "/v2/secret-key/exchange", "staff"],
  ["GET", "/v2/routes", "signedIn"],
  ["GET", "/v2/ports", "signedIn"],
  ["GET", "/v2/service-quotas", "signedIn"],
  ["PUT", "/v2/service-quotas/:kind/:subject", "staff", {}],
  ["DELETE", "/v2/service-quotas/:kind/:subject", "staff"],
  ["GET", "/v2/service-audit", "signedIn"],
  ["GET", "/v2/policy/rules", "signedIn"],
  ["GET", "/v2-beta/projects/:project/stacks/:stack", "see"],
  ["POST", "/v2-beta/projects/:project/stacks/:stack", "operate"],
];
const CASES = ROUTES.map((row) => ({ name: `${row[0]} ${row[1]}`, level: row[2], row }));
/** Their credential is in the call itself, and no browser sends it by itself. */
const WITHOUT_PROOF = ["POST /v2/session", "POST /v2/webhooks/:id"];

describe("the routes of services", () => {
  const there: string[] = [];
  let app: FastifyInstance;
  let csrf: "none" | "missing" = "none";

  beforeAll(async () => {
    app = fastify();
    app.decorateRequest("askedBy", "");
    app.addHook("onRoute", ({ method, url }) => {
      if (method !== "HEAD") there.push(`${method} ${url}`);
    });
    const whoIs = async ({ headers }: { readonly headers: Record<string, unknown> }) => {
      const who: SignedIn | undefined = PEOPLE[headers["x-who"] as Who];
      return who && { ...who, csrf };
    };
    const parts = { desk: makeServicesDesk(rooms()), whoIs, signIn: NO_SIGN_IN, site: "test", version: "0" };
    await app.register(servicesRoutes(parts));
    await app.register(rancherRoutes(parts));
    await app.ready();
  });
  afterAll(() => app.close());

  test("are all in the table", () => {
    expect([...new Set(there)].sort()).toEqual([...new Set(ROUTES.map(([method, url]) => `${method} ${url}`))].sort());
  });

  test.each(CASES)("$name lets through: $level", async ({ row: [method, url, level, body] }) => {
    const through: Who[] = [];
    for (const who of Object.keys(PEOPLE) as Who[]) {
      const { statusCode, json } = await ask(who, method, url, body);
      if (![401, 403, 404].includes(statusCode) || isOpenRefusal(json())) through.push(who);
    }
    expect(through.sort()).toEqual([...LEVELS[level]].sort());
  });

  test("are kept by no cache, and taken for no page", async () => {
    for (const url of ["/v2/stacks", "/v2/session", "/v2/stacks/none"]) {
      const { headers } = await app.inject({ url, headers: { "x-who": "owner" } });
      expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    }
  });

  const changing = CASES.filter(({ row: [method] }) => method !== "GET");
  test.each(changing)("$name needs its proof with a cookie", async ({ row: [method, url, , body] }) => {
    csrf = "missing";
    const { statusCode, json } = await ask("admin", method, url, body).finally(() => {
      csrf = "none";
    });
    if (WITHOUT_PROOF.includes(`${method} ${url}`)) expect(json().code).not.toBe("E_SERVICES_CSRF");
    else expect(statusCode).toBe(403);
  });

  async function ask(who: Who, method: string, url: string, body: unknown) {
    const names: Readonly<Record<string, string>> = { stack: "rover", service: "web", name: "rover.word", id: "0a1b" };
    const at = url.replace(":kind/:subject", "user/fred");
    const path = at.replace(/:(\w+)/g, (_, name: string) => names[name] ?? "1a5");
    const query = path.startsWith("/v2-beta") && method === "POST" ? "?action=restart" : "";
    const words = path === "/v2/logs" ? "?text=x" : path.endsWith("/exec") ? "?arg=sh" : query;
    const answer = await app.inject({
      method: method as "GET",
      url: path + words,
      headers: { "x-who": who },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { statusCode: answer.statusCode, json: () => JSON.parse(answer.body.startsWith("{") ? answer.body : "{}") };
  }
});

// Refused for want of what is shown, not of who asks.
function isOpenRefusal({ code }: { readonly code?: string }): boolean {
  return code === "E_SERVICES_SIGN_IN" || code === "E_TEST_SIGNATURE";
}

function rooms(): DeskParts {
  const reached = () => Promise.reject(new Error("the room behind the desk was reached"));
  const known: Readonly<Record<string, unknown>> = {
    show: async (name: string) => {
      if (name === "rover") return ROVER;
      throw Object.assign(await none(), {});
    },
    list: async () => ({ items: [], next: undefined }),
    spec: async () => ({ services: [], secrets: [], volumes: [] }),
    async *logs() {
      await reached();
      yield undefined;
    },
    watch: () => {
      throw new Error("the room behind the desk was reached");
    },
  };
  const stacks = new Proxy({}, { get: (_, name) => known[String(name)] ?? reached }) as DeskParts["stacks"];
  const empty = async () => [];
  return {
    stacks,
    audit: { note: async () => {}, list: async () => ({ items: [] }) },
    secrets: {
      ...{ list: async () => [SECRET], find: async () => [SECRET], create: reached, rotate: reached, remove: reached },
      exchangeKey: reached,
    },
    webhooks: { list: empty, make: reached, remove: reached, checked: reached },
    search: async () => ({ items: [], cut: false }),
    ...{ timeline: empty, usage: empty, routes: empty, quotas: empty, setQuota: reached },
    ports: async () => ({ items: [], classes: [] }),
    rules: () => ({ profile: "", items: [] }),
    now: () => 0,
  };
}

async function none(): Promise<Error> {
  const { fail } = await import("../stacks/errors.ts");
  return fail("E_STACK_NONE", { stack: "new" });
}
