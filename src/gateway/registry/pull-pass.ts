// What the gateway gives a job so that it may pull from the site's own registry without a login of the person: a signed
// word that this person wants this one repository. It opens nothing by itself: the token service takes it for a login,
// asks what the person may do there at that moment, and gives no more than reading.

import { randomUUID } from "node:crypto";
import type { Principal, RegistryCredential, Scope } from "../types.ts";
import type { Claims, Signer } from "./signer.ts";

/** What a pass says. */
export interface PullPass {
  readonly who: Principal;
  readonly repository: string;
}

/** Makes and reads passes. */
export interface PullPasses {
  /** A login that is good for pulling this repository as that person. */
  make(who: Principal, repository: string): RegistryCredential;
  /** Undefined: it is no pass, or its time is over. */
  read(password: string): PullPass | undefined;
}

/** What they are made of. */
export interface PassParts {
  readonly signer: Pick<Signer, "sign" | "check">;
  readonly issuer: string;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** All group ids of a person, as they are when a pass is read. */
  readonly groups: (uid: number, gid: number) => Promise<readonly number[]>;
}

// Not the registry's own name, so that it takes no pass for a token.
const AUDIENCE = "berth pull pass";
/** Seconds: a pull waits in the queue, and its layers take their time. Rights are asked for at every use. */
const LIFE = 6 * 3600;
const SLACK = 30;

interface PassClaims extends Claims {
  readonly uid: number;
  readonly gid: number;
  readonly scopes?: readonly Scope[] | undefined;
}

export function pullPasses({ signer, issuer, now, groups }: PassParts): PullPasses {
  return {
    make({ user, uid, gid, scopes }, repository) {
      const at = Math.floor(now());
      const access = [{ type: "repository", name: repository, actions: ["pull"] }];
      const times = { exp: at + LIFE, nbf: at - SLACK, iat: at };
      const claims: PassClaims = {
        ...{ iss: issuer, sub: user, aud: AUDIENCE, ...times, jti: randomUUID(), access, uid, gid },
        ...(scopes === undefined ? {} : { scopes }),
      };
      return { user, password: signer.sign(claims) };
    },
    read(password) {
      const claims = signer.check(password, now()) as PassClaims | undefined;
      const [access] = claims?.access ?? [];
      if (claims?.aud !== AUDIENCE || access === undefined) return undefined;
      const { sub: user, uid, gid, scopes } = claims;
      const shared = { user, uid, gid, group: "", via: "registry", registries: new Map(), scopes } as const;
      return { who: { ...shared, groups: () => groups(uid, gid) }, repository: access.name };
    },
  };
}
