// The session as a page finds it when it is opened.

import fastify from "fastify";
import { expect, test } from "vitest";
import { fail } from "../../accounts/errors.ts";
import type { ServicesDesk } from "../desk/types.ts";
import { NO_SIGN_IN, type SignInOffice } from "./parts.ts";
import { servicesRoutes } from "./services-routes.ts";

test("whoever comes back after his session ended is told how to sign in, and loses the cookie", async () => {
  const part = new Proxy({}, { get: () => () => undefined });
  const desk = { stacks: part, live: part, secrets: part, site: part } as ServicesDesk;
  const signIn: SignInOffice = {
    ...NO_SIGN_IN,
    ways: () => ({ password: true, token: true }),
    signOut: async (_request, reply) => void reply.header("set-cookie", "berth_session=; Max-Age=0"),
  };
  const app = fastify();
  app.decorateRequest("askedBy", "");
  const whoIs = () => Promise.reject(fail("E_ACCOUNTS_SESSION"));
  await app.register(servicesRoutes({ desk, whoIs, signIn, site: "test", version: "0" }));
  const answer = await app.inject({ url: "/v2/session", headers: { cookie: "berth_session=old" } });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ ways: { password: true, token: true }, site: "test", version: "0" });
  expect(answer.headers["set-cookie"]).toContain("Max-Age=0");
  await app.close();
});
