// Signing in and out with a browser, and who somebody is. How passwords and providers are asked is a matter of accounts.

import { Type } from "typebox";
import { hasCode } from "../../base/errors.ts";
import { answering, doing } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { sendProblemPage } from "./problem-page.ts";
import * as schemas from "./schemas/session.ts";
import { ref } from "./schemas/words.ts";
import { shownPerson } from "./show.ts";

const SIGN_OUT_QUERY = Type.Object(
  { everywhere: Type.Optional(Type.Boolean({ description: "All your sessions end, those of other machines, too." })) },
  { additionalProperties: false },
);

export function sessionRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { whoIs, signIn, site, version } = parts;

  app.get(
    "/session",
    { schema: answering("showSession", "Who you are, and how one signs in", {}, ref(schemas.Session)) },
    async (request, reply) => {
      reply.header("cache-control", "no-store");
      const who = await whoIs(request).catch(async (error: unknown) => {
        if (!hasCode(error, "E_ACCOUNTS_SESSION")) throw error;
        // Whoever comes back after his session ended is told how to sign in, not that he is refused.
        await signIn.signOut(request, reply);
        return undefined;
      });
      if (who) request.askedBy = who.user;
      const csrf = who ? await signIn.csrf(request) : undefined;
      return { me: who ? shownPerson(who) : undefined, csrf, ways: signIn.ways(), site, version };
    },
  );
  app.post(
    "/session",
    { schema: answering("signIn", "Signs in; sets a cookie", { body: ref(schemas.SignIn) }, ref(schemas.Session)) },
    async (request, reply) => {
      reply.header("cache-control", "no-store");
      const { who, csrf } = await signIn.signIn(request.body, request, reply);
      request.askedBy = who.user;
      return { me: shownPerson(who), csrf, ways: signIn.ways(), site, version };
    },
  );
  app.delete(
    "/session",
    { schema: doing("signOut", "Signs out", { querystring: SIGN_OUT_QUERY }) },
    async (request, reply) => {
      await person(parts, request);
      await signIn.signOut(request, reply, request.query.everywhere);
      return reply.code(204).send();
    },
  );
  // For browsers: they are sent on, and no client calls these.
  const forPeople = { schema: { hide: true }, errorHandler: sendProblemPage };
  app.get("/session/oidc", forPeople, async (request, reply) => reply.redirect(await signIn.beginOidc(request, reply)));
  app.get("/session/oidc/callback", forPeople, async (request, reply) =>
    reply.redirect(await signIn.endOidc(request, reply)),
  );
}
