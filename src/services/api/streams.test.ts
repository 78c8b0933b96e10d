// Streams end when whoever reads them may no longer: sessions end, tokens are taken away, people leave groups, stacks go.

import fastify from "fastify";
import { expect, test } from "vitest";
import { fail } from "../../accounts/errors.ts";
import type { ServicesDesk, SignedIn } from "../desk/types.ts";
import { fail as stackFailure } from "../stacks/errors.ts";
import { NO_SIGN_IN } from "./parts.ts";
import { servicesRoutes } from "./services-routes.ts";

const FRED: SignedIn & { readonly csrf: "none" } = {
  ...{ user: "fred", uid: 1000, gid: 1000, groups: ["fred", "csg"], gids: [1000], roles: ["user"] },
  ...{ via: "session", address: "192.0.2.1", csrf: "none" },
};

async function serve(now: { who: () => typeof FRED | undefined; mine: () => string }) {
  let asked = 0;
  async function* silence(signal: AbortSignal) {
    yield { id: 1, at: 0, stack: "rover", kind: "x", message: "first" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  const live = {
    logs: async (_who: unknown, _stack: unknown, _wish: unknown, signal: AbortSignal) => silence(signal),
    followEvents: async (_who: unknown, _wish: unknown, signal: AbortSignal) => silence(signal),
  };
  const stacks = {
    async show() {
      asked += 1;
      return { mine: now.mine() };
    },
  };
  const app = fastify();
  app.decorateRequest("askedBy", "");
  const desk = { stacks, live } as unknown as ServicesDesk;
  const about = { signIn: NO_SIGN_IN, site: "test", version: "0", askAgainMs: 10 };
  await app.register(servicesRoutes({ desk, whoIs: async () => now.who(), ...about }));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { app, url, asked: () => asked };
}

async function readAll(url: string, began: () => void): Promise<string> {
  let text = "";
  for await (const chunk of (await fetch(url)).body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes("first")) began();
  }
  return text;
}

const gone = (): never => {
  throw fail("E_ACCOUNTS_SESSION");
};
const removed = (): never => {
  throw stackFailure("E_STACK_NONE", { stack: "rover" });
};
const inNoGroup = () => ({ ...FRED, groups: ["fred"] });

test.each([
  ["his session ended", "/v2/service-events", gone, () => "operate"],
  ["he is in other groups", "/v2/service-events", inNoGroup, () => "operate"],
  ["the stack went to somebody else", "/v2/stacks/rover/logs/follow", () => FRED, () => "see"],
  ["the stack is gone", "/v2/stacks/rover/events/follow", () => FRED, removed],
])("a stream ends when %s", async (_, path, who, mine) => {
  const now: Parameters<typeof serve>[0] = { who: () => FRED, mine: () => "operate" };
  const { app, url } = await serve(now);
  const text = await readAll(url + path, () => Object.assign(now, { who, mine }));
  expect(text).toContain("first");
  await app.close();
});

test("a stream goes on while nobody can be asked, and for those who may", async () => {
  const now: Parameters<typeof serve>[0] = { who: () => FRED, mine: () => "operate" };
  const { app, url, asked } = await serve(now);
  const broken = () => {
    throw new Error("the database is away");
  };
  let ended = false;
  const reading = readAll(`${url}/v2/stacks/rover/logs/follow`, () => Object.assign(now, { mine: broken }));
  void reading.then(() => {
    ended = true;
  });
  while (asked() < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ended).toBe(false);
  await app.close();
  await reading;
});
