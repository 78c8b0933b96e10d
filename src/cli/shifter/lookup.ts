// Asks the site's gateway, as the caller, which image a name means today.

import { BerthError, reasonOf } from "../../base/errors.ts";
import { fail } from "../../batch/errors.ts";
import type { ImageRequest } from "../../batch/types.ts";
import { shifterClient } from "../../gateway/client/shifter.ts";
import { needCompiler } from "../../platform/lean.ts";
import { findClientConfig } from "../../site/client-config.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import type { ClientConfig } from "../../site/server-config.ts";
import type { Context } from "../context.ts";
import { openSiteGateways } from "../gateway/open.ts";

/** The id of an image. @throws E_SHIFTER_LOOKUP */
export async function lookUpImage(image: ImageRequest, config: NodeConfig, context: Context): Promise<string> {
  needCompiler(context.env);
  const { type, name } = image;
  const refused = (why: string, advice: string, cause?: unknown) =>
    fail("E_SHIFTER_LOOKUP", { type, name, why, advice }, cause === undefined ? {} : { cause });
  const client = await clientConfig(config, context);
  if (client.gateways.length === 0 || client.system === undefined)
    throw refused(`${config.path} names no gateway or no system`, "the site sets imageGateway and system there");
  const gateways = openSiteGateways(context, client, { logins: new Map(), optional: true });
  try {
    const wanted = { system: client.system, itype: type, tag: name };
    const { id, status } = await shifterClient(gateways, context.signal).lookup(wanted);
    if (!/^[\w.-]+$/.test(id) || id === "MISSING")
      throw refused(`the gateway has no image of that name that is ready (${status})`, "shifterimg pull brings it");
    return id;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof BerthError && error.code === "E_SHIFTER_LOOKUP") throw error;
    const advice = "shifterimg images lists what there is, and shifterimg pull brings more";
    throw refused(reasonOf(error), advice, error);
  } finally {
    await gateways.close();
  }
}

/** Which gateway is asked, and how. */
export async function clientConfig(config: NodeConfig, { env }: Context): Promise<ClientConfig> {
  // The user's own words about the gateway, and munge's socket, stand where his other programs find them.
  const others = await findClientConfig(env).catch(() => undefined);
  return {
    gateways: env["BERTH_GATEWAY"] && others ? others.gateways : config.gateways,
    system: env["BERTH_SYSTEM"] || config.system,
    timeoutMs: config.gatewayTimeoutMs,
    imageType: config.defaultImageType,
    mungeSocket: others?.mungeSocket ?? (env["BERTH_MUNGE_SOCKET"] || undefined),
  };
}
