// The site's own registry, wired: who logs in there is who logs in here, its secrets are files beside its keys, and the
// configuration that the registry program starts with is written for it.

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";
import type { Authenticator } from "../gateway/auth/authenticate.ts";
import { isAdmin } from "../gateway/desk/rights.ts";
import { registryConfig } from "../gateway/registry/registry-config.ts";
import { openSiteRegistry, type SiteRegistry } from "../gateway/registry/site-registry.ts";
import type { Principal } from "../gateway/types.ts";
import type { GatewayConfig } from "../site/gateway-config.ts";
import type { SiteRegistryConfig } from "../site/server-config.ts";
import { fail } from "./errors.ts";
import type { Lasting } from "./lasting.ts";

/** Opens it, and writes `config.yml` into its key folder. @throws E_SERVE_FOLDER, E_REGISTRY_KEY */
export async function openOwnRegistry(
  config: SiteRegistryConfig,
  gateway: GatewayConfig,
  { store, names, tokens, log }: Lasting,
  authenticator: Authenticator,
): Promise<SiteRegistry> {
  const { keyDir, backend, service, issuer, host, tagRules } = config;
  const [eventsSecret, httpSecret] = await secrets(keyDir);
  const registry = await openSiteRegistry({
    ...{ store, keyDir, backend, service, issuer, host, tagRules, eventsSecret },
    log,
    judge: undefined,
    login: (password) => authenticator({ authentication: password, authorization: undefined, system: undefined }),
    refreshToken: async (who, client) => (await tokens.make(loginToken(who, client, store.now()))).secret,
    groups: (uid, gid) => names.groups(uid, gid),
    prefixes: () => prefixesOf(gateway),
    groupNumber: (name) => names.groupNumber(name),
    isAdmin: (who) => [...gateway.systems.values()].some((system) => isAdmin(who, system)),
  });
  const { certificate } = registry.signer;
  const text = registryConfig({ ...config, listen: backend, certificate, eventsSecret, httpSecret });
  await publishFile(join(keyDir, "config.yml"), 0o600, async (file) => await file.writeFile(text));
  return registry;
}

function prefixesOf({ locations, defaultLocation }: GatewayConfig): readonly string[] {
  const own = [...locations.values()].filter((location) => location.own).map(({ name }) => name);
  return own.flatMap((name) => (name === defaultLocation ? [`${name}/`, ""] : [`${name}/`]));
}

const MONTH = 30 * 86_400;

// What container clients keep of a login: it goes as far as the login did, and not for ever.
function loginToken({ uid, gid, user, scopes }: Principal, client: string, now: number) {
  const name = `login of ${client.slice(0, 60)}`;
  return { name, uid, gid, user, scopes: scopes ?? (["manage"] as const), expires: now + MONTH };
}

async function secrets(keyDir: string): Promise<readonly [string, string]> {
  try {
    await mkdir(keyDir, { recursive: true, mode: 0o700 });
    return [await secretIn(join(keyDir, "events-secret")), await secretIn(join(keyDir, "http-secret"))];
  } catch (cause) {
    const fields = { what: "the registry's key folder", path: keyDir, why: reasonOf(cause) };
    throw fail("E_SERVE_FOLDER", fields, { cause });
  }
}

// Made once, by whichever server comes first.
async function secretIn(path: string): Promise<string> {
  const made = `${randomBytes(32).toString("hex")}\n`;
  await writeFile(path, made, { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    if (errnoOf(error) !== "EEXIST") throw error;
  });
  return (await readFile(path, "utf8")).trim();
}
