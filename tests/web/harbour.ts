// A server of the pages over a site in memory: the real pages, routes, schemas, streams and content security policy; a sign-in with
// one password and a cookie. It can go away and come back at the same address.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import cookie from "@fastify/cookie";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { defineErrors } from "../../src/base/errors.ts";
import { v2Routes } from "../../src/gateway/api/v2/v2-routes.ts";
import type { Principal } from "../../src/gateway/types.ts";
import { openListener } from "../../src/server/listener.ts";
import { webRoutes } from "../../src/server/services/web.ts";
import type { SignInOffice, WhoIs } from "../../src/services/api/parts.ts";
import { servicesRoutes } from "../../src/services/api/services-routes.ts";
import type { SystemConfig } from "../../src/site/gateway-config.ts";
import { SAMPLE_IMAGE, SAMPLE_PULL, sampleDesk } from "../gateway/sample-desk.ts";
import { FRED } from "./sample-data.ts";
import { type SampleServices, sampleServices } from "./sample-services.ts";
import { RELEASED, STRANGE, sampleVerdicts } from "./sample-verdicts.ts";

const fail = defineErrors({
  E_HARBOUR_PASSWORD: { text: "the name or the password is wrong", hint: "fred and swordfish", http: 401 },
});

export const PAGES = join(import.meta.dirname, "../../build/web");
export const PASSWORD = "swordfish";

/** The server, and what it was asked. */
export interface Harbour {
  readonly url: string;
  readonly sample: SampleServices;
  /** Ends all sessions. */
  signAllOut(): void;
  away(): Promise<void>;
  back(): Promise<void>;
  stop(): Promise<void>;
}

export async function openHarbour(): Promise<Harbour> {
  const sample = sampleServices();
  const sessions = new Map<string, string>();
  const open = async (port: number) => {
    const app = await serverOf(sample, sessions);
    const listener = await openListener({ kind: "tcp", host: "127.0.0.1", port }, (request, response) =>
      app.routing(request, response),
    );
    return {
      url: listener.url,
      // In this order streams end, as when a server stops.
      close: () => Promise.all([listener.close(500), app.close()]).then(() => {}),
    };
  };
  let running = await open(0);
  const { url } = running;
  return {
    ...{ url, sample },
    signAllOut: () => sessions.clear(),
    away: () => running.close(),
    async back() {
      running = await open(Number(new URL(url).port));
    },
    stop: () => running.close(),
  };
}

async function serverOf(sample: SampleServices, sessions: Map<string, string>): Promise<FastifyInstance> {
  const app = fastify();
  app.decorateRequest("askedBy", "");
  await app.register(cookie);
  const csrfOf = (request: FastifyRequest) => sessions.get(request.cookies["session"] ?? "");
  const whoIs: WhoIs = async (request) => {
    const csrf = csrfOf(request);
    if (csrf === undefined) return undefined;
    return { ...FRED, csrf: request.headers["x-berth-csrf"] === csrf ? "ok" : "missing" };
  };
  const signIn: SignInOffice = {
    ways: () => ({ password: true, token: true, oidc: "/v2/session/oidc", oidcName: "Sign in with Example Lab" }),
    csrf: async (request) => csrfOf(request),
    async signIn({ user, password }, _request, reply) {
      if (user !== FRED.user || password !== PASSWORD) throw fail("E_HARBOUR_PASSWORD");
      const secret = randomBytes(16).toString("hex");
      const csrf = randomBytes(16).toString("hex");
      sessions.set(secret, csrf);
      reply.setCookie("session", secret, { httpOnly: true, sameSite: "strict", path: "/" });
      return { who: FRED, csrf };
    },
    signOut: async (request) => void sessions.delete(request.cookies["session"] ?? ""),
    ...{ beginOidc: async () => "/ui/", endOidc: async () => "/ui/" },
  };
  await app.register(servicesRoutes({ desk: sample.desk, whoIs, signIn, site: "example", version: "0.0.0" }));
  await app.register(gatewayRoutes(sample));
  await app.register(webRoutes(PAGES));
  await app.ready();
  return app;
}

function gatewayRoutes(sample: SampleServices) {
  const { uid, gid, user } = FRED;
  const principal: Principal = {
    uid,
    gid,
    user,
    group: user,
    via: "mock",
    registries: new Map(),
    groups: async () => [gid],
  };
  const { desk, images } = sampleDesk();
  images.push(
    {
      ...SAMPLE_IMAGE,
      key: 2,
      id: "b".repeat(64),
      tags: ["team/strange:3"],
      status: "QUARANTINED",
      digest: STRANGE,
      statusMessage: "refused by the rules of the site: 2 errors",
    },
    {
      ...SAMPLE_IMAGE,
      key: 3,
      id: "c".repeat(64),
      digest: RELEASED,
      tags: ["alpine:3.20"],
      bytes: 3.4e6,
      expires: Date.now() / 1000 + 9e5,
    },
  );
  const system: SystemConfig = {
    ...{
      name: "cluster",
      mungeSocket: undefined,
      admins: [],
      operators: ["fred"],
      format: "squashfs",
      converterOptions: {},
    },
    ...{ platform: "linux/amd64", transfer: { kind: "local", imageDir: "/images" } },
  };
  return v2Routes({
    desk: {
      ...desk,
      queue: async () => [SAMPLE_PULL],
      release: async (_who, { tag }, reason) => {
        sample.calls.push(`release ${tag} ${reason}`);
        return SAMPLE_IMAGE;
      },
    },
    authenticate: async () => principal,
    registry: undefined,
    verdicts: async () => sampleVerdicts(Date.now() / 1000),
    directory: { accountNamed: async () => undefined, groupNumber: async () => undefined },
    tokens: { make: () => Promise.reject(new Error()), list: async () => [], revoke: async () => {} },
    config: () => ({ systems: new Map([["cluster", system]]), defaultSystem: "cluster" }),
    now: () => Date.now() / 1000,
    watch: () => () => {},
  });
}
