// Whether somebody who was let in to something that lasts (a stream, a shell) would be let in again now.

import type { FastifyRequest } from "fastify";
import { BerthError } from "../../base/errors.ts";
import type { Right, SignedIn } from "../desk/types.ts";
import type { ServicesApiParts } from "./parts.ts";

/** False: no longer. Rejects when it cannot be found out, which ends nothing. */
export type MayStill = (reading: {
  readonly request: FastifyRequest;
  readonly who: SignedIn;
  readonly right?: Right | undefined;
}) => Promise<boolean>;

const RIGHTS: readonly Right[] = ["see", "operate", "change"];

/** Asks who the request is of, and for the stack of its path, as its route did. */
export function mayStill({ whoIs, desk }: Pick<ServicesApiParts, "whoIs" | "desk">): MayStill {
  return async ({ request, who, right }) => {
    try {
      // A munge credential is good for one question only.
      const now = who.via === "munge" ? who : await whoIs(request);
      // What he may do went into what he is told: with other rights he has to ask anew.
      if (!now || rightsOf(now) !== rightsOf(who)) return false;
      if (right === undefined) return true;
      const { stack } = request.params as { readonly stack: string };
      const { mine } = await desk.stacks.show(now, stack);
      return RIGHTS.indexOf(mine) >= RIGHTS.indexOf(right);
    } catch (error) {
      if (error instanceof BerthError && error.http >= 400 && error.http < 500) return false;
      throw error;
    }
  };
}

function rightsOf({ uid, roles, groups, scopes }: SignedIn): string {
  return JSON.stringify([uid, [...roles].sort(), [...groups].sort(), scopes]);
}
