// What every route needs to know of a request: whose it is. The credential itself is a matter of the auth room.

import type { FastifyRequest } from "fastify";
import type { Principal } from "../types.ts";
import { fail } from "./errors.ts";

/**
 * Finds out who asks; undefined: nobody in particular, as no credential was sent. The system decides whose munge is asked;
 * undefined: the default system's. Throws with 401 for a credential that does not hold.
 */
export type Authenticate = (request: FastifyRequest, system: string | undefined) => Promise<Principal | undefined>;

/** Who asks, for what nobody in particular may do. @throws E_API_LOGIN */
export async function somebody(
  authenticate: Authenticate,
  request: FastifyRequest,
  system: string | undefined,
): Promise<Principal> {
  const who = await authenticate(request, system);
  if (!who) throw fail("E_API_LOGIN");
  return who;
}
