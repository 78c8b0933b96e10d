// Which gateway a user's program talks to, and for which system: the environment, berth's `site.yaml`, or Shifter's
// `udiRoot.conf`, in this order. Knows no protocol.

import { existsSync } from "node:fs";
import { defineErrors } from "../base/errors.ts";
import { currentUser, type Environment, firstOf } from "../platform/user.ts";
import { configPlaces } from "./config-places.ts";
import type { ClientConfig } from "./server-config.ts";
import type { SiteFile } from "./site-schema.ts";
import { allWords, lastValue, readUdiRoot } from "./udi-root.ts";

const fail = defineErrors({
  E_CLIENT_NO_GATEWAY: {
    text: "this machine does not know the server of its site",
    hint: "set BERTH_GATEWAY=http://HOST:5000, or have {site} or {udiRoot} name it",
    exit: 1,
  },
  E_CLIENT_GATEWAY: { text: "{where} names no address: {text}", hint: "write http://HOST:PORT", exit: 1 },
});

/**
 * Finds the gateway. @throws E_CLIENT_NO_GATEWAY, E_CLIENT_GATEWAY, and what reading the configuration files throws
 */
export async function findClientConfig(env: Environment): Promise<ClientConfig> {
  const files = await fromFiles(env);
  const named = firstOf(env, "BERTH_GATEWAY");
  const gateways = named === undefined ? (files?.gateways ?? []) : named.split(/[\s,]+/).filter((url) => url !== "");
  if (gateways.length === 0) throw fail("E_CLIENT_NO_GATEWAY", configPlaces(env));
  const where = named === undefined ? "the configuration" : "BERTH_GATEWAY";
  return {
    gateways: gateways.map((text) => baseUrl(text, where)),
    system: firstOf(env, "BERTH_SYSTEM") ?? files?.system,
    timeoutMs: files?.timeoutMs ?? 0,
    imageType: files?.imageType ?? "docker",
    mungeSocket: firstOf(env, "BERTH_MUNGE_SOCKET") ?? files?.mungeSocket,
  };
}

function baseUrl(text: string, where: string): string {
  const valid = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!valid) throw fail("E_CLIENT_GATEWAY", { where, text });
  return text.replace(/\/+$/, "");
}

async function fromFiles(env: Environment): Promise<ClientConfig | undefined> {
  const { site, udiRoot } = configPlaces(env);
  // A file that was named must be there; the usual ones need not.
  if (env["BERTH_SITE_CONFIG"] || existsSync(site)) {
    const found = await fromSite(site, env);
    if (found) return found;
  }
  if (env["BERTH_UDIROOT"] || existsSync(udiRoot)) return await fromUdiRoot(udiRoot, Boolean(env["BERTH_UDIROOT"]));
  return undefined;
}

async function fromSite(path: string, env: Environment): Promise<ClientConfig | undefined> {
  const { readSiteFile } = await import("./read-config.ts");
  const file = await readSiteFile(path, { env, user: currentUser() });
  // What nodes are told counts for the users of this machine too, unless they are told otherwise.
  const { client, node } = file;
  const gateways = client?.gateways ?? node?.gateways ?? ownServer(file);
  if (gateways.length === 0) return undefined;
  const { msOf } = await import("./findings.ts");
  return {
    gateways,
    system: client?.system ?? node?.system ?? file.gateway?.defaultSystem ?? onlyName(file.gateway?.systems),
    timeoutMs: msOf(client?.timeout ?? node?.gatewayTimeout, 0),
    imageType: client?.imageType ?? node?.imageType ?? "docker",
    mungeSocket: client?.munge,
  };
}

// On the machine of the server itself, its configuration says where it listens.
function ownServer({ gateway, services, server }: SiteFile): readonly string[] {
  if (!gateway && !services) return [];
  const port = /:?(\d+)$/.exec(server?.listen ?? "0.0.0.0:5000")?.[1];
  return port === undefined || server?.listen?.startsWith("unix:") ? [] : [`http://127.0.0.1:${port}`];
}

function onlyName(systems: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const names = Object.keys(systems ?? {});
  return names.length === 1 ? names[0] : undefined;
}

async function fromUdiRoot(path: string, trusted: boolean): Promise<ClientConfig> {
  const root = await readUdiRoot(path, { trusted });
  const seconds = Number(lastValue(root, "gatewayTimeout") ?? 0);
  return {
    gateways: allWords(root, "imageGateway"),
    system: lastValue(root, "system"),
    timeoutMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0,
    imageType: lastValue(root, "defaultImageType") || "docker",
    mungeSocket: undefined,
  };
}
