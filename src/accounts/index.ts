// The accounts of a site put together.

import type { FastifyRequest } from "fastify";
import type { NameService } from "../gateway/auth/name-service.ts";
import type { TokenBook } from "../gateway/auth/tokens.ts";
import type { Principal } from "../gateway/types.ts";
import type { AccountsConfig } from "../site/services/accounts.ts";
import type { Store } from "../store/store.ts";
import { openAttempts } from "./attempts.ts";
import { type AuditLog, auditLog } from "./audit.ts";
import { openLdap } from "./ldap.ts";
import { openOidc } from "./oidc.ts";
import { type Sessions, sessionBook } from "./sessions.ts";
import { type SignInOffice, signInOffice } from "./sign-in.ts";
import { systemDirectory } from "./system-directory.ts";
import type { Directory, SignedInPerson } from "./types.ts";
import { admitted, rememberedDirectory, type WhoIs, whoIs } from "./who-is.ts";

/** Everything about people that others need. */
export interface Accounts {
  readonly directory: Directory;
  readonly audit: AuditLog;
  readonly sessions: Sessions;
  readonly whoIs: WhoIs;
  readonly signIn: SignInOffice;
  /** Somebody who is not there, for what happens in his name (a webhook that he made); undefined: he has no account any more. */
  personOf(uid: number, user: string, address: string): Promise<SignedInPerson | undefined>;
}

export interface AccountsParts {
  readonly config: AccountsConfig;
  readonly store: Store;
  readonly names: NameService;
  readonly tokens: TokenBook;
  /** Whose request it is by what programs show: tokens and munge credentials. */
  readonly principal: (request: FastifyRequest) => Promise<Principal | undefined>;
}

/** The accounts of one configuration. Nothing is asked before somebody needs it. */
export function makeAccounts({ config, store, names, tokens, principal }: AccountsParts): Accounts {
  const ldap = config.ldap && openLdap(config.ldap);
  const directory = ldap && config.ldap?.directory ? rememberedDirectory(ldap) : systemDirectory(names);
  const audit = auditLog(store);
  const sessions = sessionBook(store, () => config);
  const attempts = openAttempts(() => performance.now() / 1000);
  const { publicUrl } = config;
  const oidc = config.oidc && publicUrl !== undefined ? openOidc({ config: config.oidc, publicUrl, store }) : undefined;
  const common = { config: () => config, directory, sessions, tokens };
  return {
    directory,
    audit,
    sessions,
    whoIs: whoIs({ ...common, principal, now: store.now }),
    signIn: signInOffice({ ...common, ldap, oidc, attempts, audit }),
    async personOf(uid, user, address) {
      const person = await directory.personNumbered(uid);
      return person?.user === user ? admitted(person, config, { via: "webhook", address }) : undefined;
    },
  };
}
