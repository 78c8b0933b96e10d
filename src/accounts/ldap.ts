// An LDAP directory: proves people's passwords by binding as them, and finds accounts and groups (RFC 4510; filters RFC
// 4515). A connection for each question: sites' servers and load balancers cut idle ones.

import { readFile } from "node:fs/promises";
import {
  Client,
  ConstraintViolationError,
  type Entry,
  InappropriateAuthError,
  InvalidCredentialsError,
  UnwillingToPerformError,
} from "ldapts";
import { reasonOf } from "../base/errors.ts";
import { readPrivateFile } from "../platform/private-file.ts";
import type { LdapConfig } from "../site/services/accounts.ts";
import { fail } from "./errors.ts";
import type { Directory, Person } from "./types.ts";

/** What the site's LDAP server is asked. Failures: E_ACCOUNTS_AWAY. */
export interface Ldap extends Directory {
  /** True when it is the password of that account. */
  proves(user: string, password: string): Promise<boolean>;
}

const TIMEOUT_MS = 5000;
const SIZE_LIMIT = 1000;
const PEOPLE = ["uid", "uidNumber", "gidNumber", "cn", "displayName"];
const GROUP = ["cn", "gidNumber"];

/** The server of a configuration; asked when somebody is looked for. */
export function openLdap(config: LdapConfig): Ldap {
  const asked = <T>(work: (client: Client) => Promise<T>) => withClient(config, work);
  const find = (filter: string) =>
    asked(async (client) => {
      const entry = await oneEntry(client, config, filter);
      return entry && readPerson(client, config, entry);
    });
  return {
    // A bind with a name and no password is "unauthenticated" and succeeds (RFC 4513, 5.1.2): it proves nothing.
    proves: async (user, password) => password !== "" && asked((client) => proves(client, config, user, password)),
    async person(user) {
      const found = await find(fill(config.peopleFilter, { user }));
      return found?.user === user ? found : undefined;
    },
    personNumbered: (uid) => find(`(&(objectClass=posixAccount)(uidNumber=${Math.trunc(uid)}))`),
    groupNumber: (name) =>
      asked(async (client) => {
        const filter = `(&(objectClass=posixGroup)(cn=${escapeFilter(name)}))`;
        const { searchEntries } = await search(client, config.groupBase, filter, GROUP);
        return searchEntries.length === 1 ? numberOf(searchEntries[0], "gidNumber") : undefined;
      }),
  };
}

// A wrong password; an account without one; one that was locked or switched off: servers have different words for it. Which
// it is would tell a guesser that there is such an account.
const REFUSALS = [
  InvalidCredentialsError,
  InappropriateAuthError,
  ConstraintViolationError,
  UnwillingToPerformError,
] as const;

async function proves(client: Client, config: LdapConfig, user: string, password: string): Promise<boolean> {
  const entry = await oneEntry(client, config, fill(config.peopleFilter, { user }));
  if (!entry) return false;
  try {
    await client.bind(entry.dn, password);
    return true;
  } catch (error) {
    if (REFUSALS.some((refusal) => error instanceof refusal)) return false;
    throw error;
  }
}

async function withClient<T>(config: LdapConfig, work: (client: Client) => Promise<T>): Promise<T> {
  try {
    const ca = config.caFile === undefined ? undefined : [await readFile(config.caFile, "utf8")];
    const tlsOptions = ca ? { ca } : {};
    const secure = config.url.startsWith("ldaps:") ? { tlsOptions } : {};
    const client = new Client({ url: config.url, timeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS, ...secure });
    try {
      if (config.startTls) await client.startTLS(tlsOptions);
      if (config.bindDn !== undefined) await client.bind(config.bindDn, await passwordOf(config));
      return await work(client);
    } finally {
      await client.unbind().catch(() => {});
    }
  } catch (error) {
    throw fail("E_ACCOUNTS_AWAY", { what: "directory of accounts", why: reasonOf(error) }, { cause: error });
  }
}

async function passwordOf({ bindPasswordFile: path }: LdapConfig): Promise<string> {
  if (path === undefined) return "";
  const text = await readPrivateFile(path, 4096);
  if (text === undefined) throw new Error(`${path} does not exist`);
  return text.replace(/\r?\n$/, "");
}

// More than one entry for a name is nobody: it could be the wrong one.
async function oneEntry(client: Client, { peopleBase }: LdapConfig, filter: string): Promise<Entry | undefined> {
  const { searchEntries } = await search(client, peopleBase, filter, PEOPLE);
  return searchEntries.length === 1 ? searchEntries[0] : undefined;
}

function search(client: Client, base: string, filter: string, attributes: readonly string[]) {
  return client.search(base, { scope: "sub", filter, attributes: [...attributes], sizeLimit: SIZE_LIMIT });
}

async function readPerson(client: Client, config: LdapConfig, entry: Entry): Promise<Person | undefined> {
  const [user, uid, gid] = [textOf(entry, "uid"), numberOf(entry, "uidNumber"), numberOf(entry, "gidNumber")];
  if (user === undefined || uid === undefined || gid === undefined) return undefined;
  const filter = fill(config.groupFilter, { user, dn: entry.dn });
  const primary = `(&(objectClass=posixGroup)(gidNumber=${gid}))`;
  const { searchEntries } = await search(client, config.groupBase, `(|${filter}${primary})`, GROUP);
  const gids = searchEntries.flatMap((group) => numberOf(group, "gidNumber") ?? []);
  const groups = searchEntries.flatMap((group) => textOf(group, "cn") ?? []);
  const name = textOf(entry, "displayName") ?? textOf(entry, "cn");
  return { user, uid, gid, name, groups, gids: [...new Set([gid, ...gids])] };
}

function textOf(entry: Entry | undefined, attribute: string): string | undefined {
  const value = entry?.[attribute];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}

function numberOf(entry: Entry | undefined, attribute: string): number | undefined {
  const text = textOf(entry, attribute);
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function fill(filter: string, values: Readonly<Record<string, string>>): string {
  return filter.replace(/\{(user|dn)\}/g, (_whole, name: string) => escapeFilter(values[name] ?? ""));
}

/** A value inside a filter: RFC 4515, 3. */
export function escapeFilter(value: string): string {
  return value.replace(/[\\*()\0]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
