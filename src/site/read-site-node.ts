// The section `node` of `site.yaml`, completed by what the other sections of the file say.

import { positionOf } from "../base/source.ts";
import { type ConfigDocument, type Path, parseConfigDocument, pathName } from "./config-document.ts";
import { findings } from "./findings.ts";
import type { Misfit } from "./misfit.ts";
import type { NodeReading, NodeSource } from "./node-cache.ts";
import { nodeConfigError, problemLine } from "./node-problems.ts";
import type { NodeFile } from "./node-schema.ts";
import { settingsOf } from "./node-settings.ts";
import { resolveNode } from "./resolve-node.ts";
import { misfits } from "./shape.ts";
import type { SiteFile } from "./site-schema.ts";

/** Reads the text of a `site.yaml`; undefined when it has no section `node`. @throws E_NODE_CONFIG */
export async function readSiteNode({ path, text, lenient }: NodeSource): Promise<NodeReading | undefined> {
  const document = await parseConfigDocument({ name: path, text }, "yaml");
  const lineAt = (offset: number) => positionOf(text, offset).line;
  const lineOf = ({ kind, path: at }: Misfit) =>
    lineAt((kind === "unknown" ? document.keyRangeOf(at) : document.rangeOf(at)).start);
  const placed = (misfit: Misfit) => ({ ...misfit, line: lineOf(misfit) });
  const syntax = document.problems.map(({ range, message }) => ({ line: lineAt(range.start), message }));
  if (syntax.length > 0) throw nodeConfigError(path, syntax);
  const { SITE_SCHEMA } = await import("./site-schema.ts");
  const value = document.value ?? {};
  const odd = misfits(SITE_SCHEMA, value);
  const passed = odd.filter(({ kind }) => lenient && kind === "unknown");
  if (odd.length > passed.length) throw nodeConfigError(path, odd.filter((each) => !passed.includes(each)).map(placed));
  const site = value as SiteFile;
  if (!site.node) return undefined;
  const node = completed(site.node, site);
  const found = findings();
  const config = resolveNode(node, path, found);
  if (config.imagePath === "") found.wrong(["node", "imageDir"], "is missing", "images are looked for there");
  if (found.problems.length > 0) throw nodeConfigError(path, found.problems.map(placed));
  const settings = settingsOf(config, describe(document, lineAt));
  return { node, settings, warnings: [...passed, ...found.warnings].map((odd) => problemLine(path, placed(odd))) };
}

// One file may serve the gateway, users and nodes: what it says once counts for all of them.
function completed(node: NodeFile, { client, gateway }: SiteFile): NodeFile {
  const systems = gateway?.systems ?? {};
  const names = Object.keys(systems);
  const only = names.length === 1 ? names[0] : undefined;
  const system = node.system ?? client?.system ?? gateway?.defaultSystem ?? only;
  const kept = system !== undefined && Object.hasOwn(systems, system) ? systems[system] : undefined;
  const given = {
    system,
    gateways: node.gateways ?? client?.gateways,
    gatewayTimeout: node.gatewayTimeout ?? client?.timeout,
    imageDir: node.imageDir ?? kept?.imageDir,
  };
  return {
    ...node,
    ...(Object.fromEntries(Object.entries(given).filter(([, said]) => said !== undefined)) as NodeFile),
  };
}

function describe(document: ConfigDocument, lineAt: (offset: number) => number): Parameters<typeof settingsOf>[1] {
  return (path) => {
    const at: Path = ["node", ...path];
    const line = isThere(document.value, at) ? lineAt(document.keyRangeOf(at).start) : undefined;
    return { key: pathName(at), line, note: undefined };
  };
}

function isThere(value: unknown, path: Path): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return false;
  return isThere((value as Readonly<Record<string, unknown>>)[first], rest);
}
