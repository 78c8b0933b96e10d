// Tokens: make one, see one's own, end one. Their secrets pass through here once and are kept nowhere.

import { Type } from "typebox";
import { somebody } from "../ask.ts";
import { answering, doing } from "./operations.ts";
import type { V2Parts } from "./parts.ts";
import { ref } from "./schemas/shared.ts";
import { NewToken, TokenList, TokenWish } from "./schemas/token.ts";
import type { TypedServer } from "./type-provider.ts";

const TOKEN_PARAMS = Type.Object({ id: Type.String({ pattern: "^[0-9A-Za-z_-]{1,64}$", description: "Its id." }) });

export function tokenRoutes(app: TypedServer, { tokens, authenticate, now }: V2Parts): void {
  app.post(
    "/tokens",
    { schema: answering("makeToken", "Makes a token for yourself", { body: ref(TokenWish) }, ref(NewToken)) },
    async (request, reply) => {
      const { name, scopes, expiresIn } = request.body;
      const who = await somebody(authenticate, request, undefined);
      // Holds a secret: nothing on the way may keep it.
      reply.header("cache-control", "no-store");
      return tokens.make(who, { name, scopes, expires: expiresIn === undefined ? null : now() + expiresIn });
    },
  );
  app.get("/tokens", { schema: answering("listTokens", "Your tokens", {}, ref(TokenList)) }, async (request) => ({
    items: await tokens.list(await somebody(authenticate, request, undefined)),
  }));
  app.delete(
    "/tokens/:id",
    { schema: doing("revokeToken", "Ends a token", { params: TOKEN_PARAMS }) },
    async (request, reply) => {
      await tokens.revoke(await somebody(authenticate, request, undefined), request.params.id);
      return reply.code(204).send();
    },
  );
}
