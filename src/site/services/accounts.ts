// The part `services.accounts` of site.yaml: how people sign in, where their accounts are found, and what they may do on the
// whole site. What they may do with stacks follows from the stacks' tags.

import { type Static, Type } from "typebox";
import type { Path } from "../config-document.ts";
import { type Findings, msOf } from "../findings.ts";
import { about, closed, duration, flag, list, optional, text } from "../schema-words.ts";

const people = (description: string) =>
  list(`${description}: names of people, or of groups with @ in front`, ["wilma", "@isg"]);

const ldap = optional(
  Type.Object(
    {
      url: Type.String({
        pattern: "^ldaps?://[^/\\s]+/?$",
        ...about("the directory server", "ldaps://ldap.example.org"),
      }),
      startTls: flag("encrypt an ldap:// connection before anything is said; yes unless the server is this machine"),
      ca: text("file of certificates that are believed besides the system's", "/etc/berth/ca.pem"),
      bindDn: text("who looks people up; left out: nobody in particular", "cn=berth,dc=example,dc=org"),
      bindPasswordFile: text("file with that account's password"),
      peopleBase: Type.String({ minLength: 1, ...about("where people are", "ou=people,dc=example,dc=org") }),
      peopleFilter: text("which entry is whose; {user} is the name", "(&(objectClass=posixAccount)(uid={user}))"),
      groupBase: text("where groups are; as peopleBase unless said", "ou=groups,dc=example,dc=org"),
      groupFilter: text(
        "which groups somebody is in; {user} and {dn} are his",
        "(&(objectClass=posixGroup)(memberUid={user}))",
      ),
      directory: flag("take numbers and groups of accounts from there, too, instead of this machine's name service"),
    },
    { ...closed, ...about("people sign in with their names and passwords") },
  ),
);

const oidc = optional(
  Type.Object(
    {
      issuer: Type.String({ pattern: "^https?://", ...about("the provider", "https://login.example.org") }),
      clientId: Type.String({ minLength: 1, ...about("this site's id there", "berth") }),
      clientSecretFile: text("file with the secret for it; left out: a public client"),
      name: text("what the button says", "Sign in with EXAMPLE"),
      scopes: list("what is asked for", ["openid", "profile"]),
      userClaim: text("which claim is the name of the account", "preferred_username"),
      stripDomain: flag("leave out what stands behind an @ in it"),
    },
    { ...closed, ...about("people sign in at an OpenID Connect provider") },
  ),
);

/** What may stand under `services.accounts`. */
export const ACCOUNTS_SCHEMA = Type.Object(
  {
    publicUrl: optional(
      Type.String({
        pattern: "^https?://[^/\\s]+/?$",
        ...about("this server as browsers reach it", "https://berth.example.org"),
      }),
    ),
    admins: people("may do everything"),
    operators: people("see everything, stop and start everybody's stacks"),
    viewers: people("see everything, change nothing"),
    staff: people("may be the staff owner of a stack"),
    users: people("may have stacks; everybody with an account unless said"),
    collaboration: optional(
      Type.Record(
        Type.String(),
        Type.Array(Type.String()),
        about("who may run services as a collaboration account", { c_flintstones: ["@flintstones"] }),
      ),
    ),
    sessionLifetime: duration("how long somebody stays signed in", "12h"),
    sessionIdle: duration("how long without doing anything", "2h"),
    ldap,
    oidc,
  },
  { ...closed, ...about("who people are, and what they may do on the whole site") },
);

export interface AccountsConfig {
  /** Without a slash at the end; undefined: what the browser calls it. */
  readonly publicUrl: string | undefined;
  readonly admins: readonly string[];
  readonly operators: readonly string[];
  readonly viewers: readonly string[];
  readonly staff: readonly string[];
  /** Undefined: everybody. */
  readonly users: readonly string[] | undefined;
  readonly collaboration: ReadonlyMap<string, readonly string[]>;
  readonly sessionSeconds: number;
  readonly sessionIdleSeconds: number;
  readonly ldap: LdapConfig | undefined;
  readonly oidc: OidcConfig | undefined;
}

export interface LdapConfig {
  readonly url: string;
  readonly startTls: boolean;
  readonly caFile: string | undefined;
  readonly bindDn: string | undefined;
  readonly bindPasswordFile: string | undefined;
  readonly peopleBase: string;
  readonly peopleFilter: string;
  readonly groupBase: string;
  readonly groupFilter: string;
  readonly directory: boolean;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string | undefined;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly userClaim: string;
  readonly stripDomain: boolean;
}

interface Place {
  readonly path: Path;
  readonly at: (relative: string) => string;
  readonly found: Findings;
}

/** Completes and checks the part. */
export function resolveAccounts(file: Static<typeof ACCOUNTS_SCHEMA> = {}, place: Place): AccountsConfig {
  if (file.oidc && file.publicUrl === undefined)
    place.found.wrong(
      [...place.path, "publicUrl"],
      "is missing",
      "the provider sends browsers back to it: write https://…",
    );
  return {
    publicUrl: file.publicUrl?.replace(/\/$/, ""),
    admins: file.admins ?? [],
    operators: file.operators ?? [],
    viewers: file.viewers ?? [],
    staff: file.staff ?? [],
    users: file.users,
    collaboration: new Map(Object.entries(file.collaboration ?? {})),
    sessionSeconds: msOf(file.sessionLifetime, 12 * 3_600_000) / 1000,
    sessionIdleSeconds: msOf(file.sessionIdle, 2 * 3_600_000) / 1000,
    ldap: file.ldap && resolveLdap(file.ldap, place),
    oidc: file.oidc && resolveOidc(file.oidc, place),
  };
}

function resolveLdap(
  file: NonNullable<Static<typeof ACCOUNTS_SCHEMA>["ldap"]>,
  { path, at, found }: Place,
): LdapConfig {
  const { hostname, protocol } = new URL(file.url);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const startTls = file.startTls ?? (protocol === "ldap:" && !isHere);
  if (protocol === "ldap:" && !startTls && !isHere)
    found.wrong(
      [...path, "ldap", "startTls"],
      "is off",
      "passwords would cross the network in clear: use ldaps:// or startTls",
    );
  const peopleFilter = file.peopleFilter ?? "(&(objectClass=posixAccount)(uid={user}))";
  if (!peopleFilter.includes("{user}")) found.wrong([...path, "ldap", "peopleFilter"], "does not say {user}", "");
  return {
    url: file.url,
    startTls: startTls && protocol === "ldap:",
    caFile: file.ca === undefined ? undefined : at(file.ca),
    bindDn: file.bindDn,
    bindPasswordFile: file.bindPasswordFile === undefined ? undefined : at(file.bindPasswordFile),
    peopleBase: file.peopleBase,
    peopleFilter,
    groupBase: file.groupBase ?? file.peopleBase,
    groupFilter: file.groupFilter ?? "(&(objectClass=posixGroup)(memberUid={user}))",
    directory: file.directory ?? false,
  };
}

function resolveOidc(
  file: NonNullable<Static<typeof ACCOUNTS_SCHEMA>["oidc"]>,
  { path, at, found }: Place,
): OidcConfig {
  const { protocol, hostname } = new URL(file.issuer);
  if (protocol !== "https:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname))
    found.wrong([...path, "oidc", "issuer"], "is not https", "");
  return {
    issuer: file.issuer,
    clientId: file.clientId,
    clientSecretFile: file.clientSecretFile === undefined ? undefined : at(file.clientSecretFile),
    name: file.name ?? "Sign in",
    scopes: file.scopes ?? ["openid", "profile"],
    userClaim: file.userClaim ?? "preferred_username",
    stripDomain: file.stripDomain ?? false,
  };
}
