// Between a request and the auth room: which of its headers say whose it is. Leaves the name for the log.

import type { FastifyRequest } from "fastify";
import type { Authenticate } from "../gateway/api/ask.ts";
import type { Authenticator } from "../gateway/auth/authenticate.ts";

/** The routes' way to find out who asks. */
export function askWho(authenticator: Authenticator): Authenticate {
  return async (request: FastifyRequest, system: string | undefined) => {
    const { authentication, authorization } = request.headers;
    const sent = Array.isArray(authentication) ? authentication[0] : authentication;
    const who = await authenticator({ authentication: sent, authorization, system });
    if (who) request.askedBy = who.user;
    return who;
  };
}
