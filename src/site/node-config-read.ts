// Reads how images become containers of batch jobs on this node: the section `node` of `site.yaml`, else Shifter's
// `udiRoot.conf`. Every `shifter` without a set-up comes here, so nothing is loaded that its file does not need.

import { existsSync } from "node:fs";
import { defineErrors } from "../base/errors.ts";
import { canRead } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";
import { configPlaces } from "./config-places.ts";
import { findings } from "./findings.ts";
import { keepNode, type NodeSource, recallNode } from "./node-cache.ts";
import type { NodeSettings } from "./node-config.ts";
import { resolveNode } from "./resolve-node.ts";
import { readJudged, readTrusted } from "./trusted-file.ts";
import { readUdiRootNode } from "./udi-root/read-node.ts";

const fail = defineErrors({
  E_NODE_NO_CONFIG: {
    text: "this machine is no node of a site: there is neither {udiRoot} nor a section node in {site}",
    hint: "copy Shifter's udiRoot.conf there, or write the section (docs/node-config.md)",
    exit: 1,
  },
});

/** Where the configuration is looked for, and how strictly it is read. */
export interface NodeConfigOptions {
  readonly env: Environment;
  /** This file and no other; `site.yaml` by its ending, else `udiRoot.conf`. */
  readonly path?: string | undefined;
  /** Unknown keys are warnings; also by BERTH_LENIENT_CONFIG. */
  readonly lenient?: boolean | undefined;
  /** The caller chose the file himself; unless said, so does an ordinary user who names it by the environment. */
  readonly trusted?: boolean | undefined;
}

/**
 * The configuration of this node, with the origin of each value.
 * @throws E_NODE_NO_CONFIG, E_NODE_CONFIG, E_CONFIG_READ, E_CONFIG_OWNER, E_CONFIG_SIZE, E_UDI_ROOT_LINE
 */
export async function readNodeConfig(options: NodeConfigOptions): Promise<NodeSettings> {
  const { env, path } = options;
  const lenient = options.lenient ?? /^(1|t|true|yes|y|on)$/i.test(env["BERTH_LENIENT_CONFIG"] ?? "");
  if (path !== undefined) return await readFile(path, options.trusted ?? false, lenient, env);
  const { site, udiRoot } = configPlaces(env);
  // Root's work never follows the environment to a file that others may change.
  const trust = (variable: string) => options.trusted ?? (Boolean(env[variable]) && process.getuid?.() !== 0);
  const text = siteText(site, Boolean(env["BERTH_SITE_CONFIG"]), trust("BERTH_SITE_CONFIG"), udiRoot);
  const found = text === undefined ? undefined : await readSiteText({ path: site, text, lenient }, env);
  if (found) return found;
  if (env["BERTH_UDIROOT"] || existsSync(udiRoot)) return await readFile(udiRoot, trust("BERTH_UDIROOT"), lenient, env);
  throw fail("E_NODE_NO_CONFIG", { site, udiRoot });
}

async function readFile(path: string, trusted: boolean, lenient: boolean, env: Environment): Promise<NodeSettings> {
  const text = readTrusted(path, trusted);
  if (!/\.(ya?ml|json)$/.test(path)) return readUdiRootNode(path, text, lenient);
  const found = await readSiteText({ path, text, lenient }, env);
  if (!found) throw fail("E_NODE_NO_CONFIG", { site: path, udiRoot: "a udiRoot.conf" });
  return found;
}

// The text of the machine's site.yaml if it may have something for nodes. It may well be the gateway's alone, and then
// neither who owns it nor who may read it matters here.
function siteText(site: string, named: boolean, trusted: boolean, udiRoot: string): string | undefined {
  if (!named && !canRead(site) && (existsSync(udiRoot) || !existsSync(site))) return undefined;
  const { text, doubt } = readJudged(site);
  // A file without the section is not worth the time that reading YAML takes.
  if (!/(^|[\s{,"'])node["']?\s*:/.test(text)) return undefined;
  if (doubt && !trusted) throw doubt;
  return text;
}

async function readSiteText(source: NodeSource, env: Environment): Promise<NodeSettings | undefined> {
  return keptSettings(source, env) ?? (await freshSettings(source, env));
}

function keptSettings(source: NodeSource, env: Environment): NodeSettings | undefined {
  const kept = recallNode(source, env);
  if (!kept) return undefined;
  const found = findings();
  const config = resolveNode(kept.node, source.path, found);
  // A program that has gone since: the words for it need the file.
  return found.problems.length > 0 ? undefined : { config, settings: kept.settings, warnings: kept.warnings };
}

async function freshSettings(source: NodeSource, env: Environment): Promise<NodeSettings | undefined> {
  const { readSiteNode } = await import("./read-site-node.ts");
  const reading = await readSiteNode(source);
  if (!reading) return undefined;
  keepNode(source, reading, env);
  const { settings, warnings } = reading;
  return { config: resolveNode(reading.node, source.path, findings()), settings, warnings };
}
