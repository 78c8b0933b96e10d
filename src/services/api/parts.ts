// What the services' routes need of the other rooms. They call these and nothing behind them.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServicesDesk, SignedIn } from "../desk/types.ts";
import { fail } from "./errors.ts";

/** The parts of the services' routes. */
export interface ServicesApiParts {
  readonly desk: ServicesDesk;
  readonly whoIs: WhoIs;
  readonly signIn: SignInOffice;
  /** The site's name for its services. */
  readonly site: string;
  /** Of berth. */
  readonly version: string;
  /** Milliseconds until whoever reads a stream is asked for again; 15 s unless said. */
  readonly askAgainMs?: number | undefined;
}

/**
 * Finds out who asks; undefined: nobody in particular. `csrf`: whether a change may come from there: `none` when no browser
 * sends the credential by itself. Throws with 401 for a credential that does not hold.
 */
export type WhoIs = (
  request: FastifyRequest,
) => Promise<(SignedIn & { readonly csrf: "none" | "ok" | "missing" }) | undefined>;

/** How one signs in. */
export interface SignInWays {
  readonly password: boolean;
  readonly token: boolean;
  readonly oidc?: string | undefined;
  readonly oidcName?: string | undefined;
}

/** Signs people in and out of a browser. Failures: `E_ACCOUNTS_…`. Sets and takes away the cookie itself. */
export interface SignInOffice {
  ways(): SignInWays;
  /** What changes must be accompanied by; undefined: the request has no cookie session. */
  csrf(request: FastifyRequest): Promise<string | undefined>;
  signIn(
    wish: {
      readonly user?: string | undefined;
      readonly password?: string | undefined;
      readonly token?: string | undefined;
    },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ readonly who: SignedIn; readonly csrf: string }>;
  /** `everywhere`: all sessions of the same person end, those of other machines, too. */
  signOut(request: FastifyRequest, reply: FastifyReply, everywhere?: boolean): Promise<void>;
  /** Where the browser is sent to. */
  beginOidc(request: FastifyRequest, reply: FastifyReply): Promise<string>;
  /** Where it is sent after it came back. */
  endOidc(request: FastifyRequest, reply: FastifyReply): Promise<string>;
}

/** A site where only tokens and munge say who somebody is. */
export const NO_SIGN_IN: SignInOffice = {
  ways: () => ({ password: false, token: false }),
  csrf: async () => undefined,
  signIn: () => Promise.reject(fail("E_SERVICES_SIGN_IN")),
  signOut: async () => {},
  beginOidc: () => Promise.reject(fail("E_SERVICES_SIGN_IN")),
  endOidc: () => Promise.reject(fail("E_SERVICES_SIGN_IN")),
};

const SAFE: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Who asks. @throws E_SERVICES_LOGIN, E_SERVICES_CSRF for a change that a strange page may have sent */
export async function person({ whoIs }: Pick<ServicesApiParts, "whoIs">, request: FastifyRequest): Promise<SignedIn> {
  const who = await whoIs(request);
  if (!who) throw fail("E_SERVICES_LOGIN");
  request.askedBy = who.user;
  if (who.csrf === "missing" && !SAFE.includes(request.method)) throw fail("E_SERVICES_CSRF");
  return who;
}
