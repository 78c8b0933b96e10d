// The routes of services over a desk that can nothing, for what is made from their schemas alone.

import fastify, { type FastifyInstance } from "fastify";
import { NO_SIGN_IN } from "../../src/services/api/parts.ts";
import { servicesRoutes } from "../../src/services/api/services-routes.ts";
import type { ServicesDesk } from "../../src/services/desk/types.ts";

/** Answers 401 to whoever asks, and the document. */
export async function bareServices(): Promise<FastifyInstance> {
  const nothing = (): never => {
    throw new Error("there is no desk here");
  };
  const part = new Proxy({}, { get: () => nothing });
  const desk = { stacks: part, live: part, secrets: part, site: part } as ServicesDesk;
  const app = fastify();
  app.decorateRequest("askedBy", "");
  await app.register(
    servicesRoutes({ desk, whoIs: async () => undefined, signIn: NO_SIGN_IN, site: "test", version: "0" }),
  );
  await app.ready();
  return app;
}
