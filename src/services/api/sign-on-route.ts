// `/sign-on`: somebody comes from a route that wants to know who he is. Who is signed in and may pass is sent back with a
// ticket; who is not signed in, to the pages, which send him here again.

import type { FastifyPluginAsync } from "fastify";
import type { ProxyRoute } from "../../proxy/types.ts";
import { rightOf } from "../desk/rights.ts";
import type { SignedIn } from "../desk/types.ts";
import type { Audience } from "../routes/audience.ts";
import { readSignOn, type SignOnQuery, ticketAddress } from "../routes/sign-on.ts";
import type { Stacks } from "../stacks/types.ts";
import { fail } from "./errors.ts";
import type { WhoIs } from "./parts.ts";
import { sendProblemPage } from "./problem-page.ts";

export interface SignOnParts {
  readonly whoIs: WhoIs;
  readonly stacks: Pick<Stacks, "show">;
  readonly table: () => readonly ProxyRoute[];
  readonly keys: () => readonly string[];
  /** How long somebody passes before he is asked again. */
  readonly passSeconds: number;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** The route. */
export function signOnRoute(parts: SignOnParts): FastifyPluginAsync {
  const { whoIs, table, keys, passSeconds, now } = parts;
  return async (app) => {
    app.setErrorHandler((error, request, reply) => sendProblemPage(error, request, reply));
    app.get("/sign-on", async (request, reply) => {
      reply.header("cache-control", "no-store");
      const asked = readSignOn(request.query as SignOnQuery, table());
      // A session that has ended is no failure here: he signs in anew.
      const who = await whoIs(request).catch(() => undefined);
      if (!who) return reply.redirect(`/ui/sign-in?return=${encodeURIComponent(request.url)}`);
      request.askedBy = who.user;
      if (!(await mayPass(parts, who, asked.audience))) throw fail("E_SERVICES_PASS", { stack: asked.audience.stack });
      return reply.redirect(ticketAddress(asked, who.user, keys(), { now: now(), passSeconds }));
    });
  };
}

async function mayPass({ stacks }: SignOnParts, who: SignedIn, { who: wanted, stack }: Audience): Promise<boolean> {
  if (wanted === "user") return true;
  const right = rightOf(who, await stacks.show(stack));
  return wanted === "owner" ? right === "change" : right === "operate" || right === "change";
}
