// `extends`: a service laid over another one of the same file or of a file beside it. Chains are followed; circles and endless
// chains are noted.

import type { SourceText } from "../../base/source.ts";
import { type Loading, loadBase } from "./loading.ts";
import { mergeMaps, settleTags } from "./merge.ts";
import { segment } from "./notebook.ts";
import { type MapNode, mapNode, type Node, scalarText, valueAt, weightOf, withoutKeys } from "./tree.ts";

const MAX_CHAIN = 50;
const MAX_EXTENDED = 20_000;
/** Values of all that is extended: a large base is short to name. */
const MAX_COPIED = 250_000;

interface Origin {
  readonly services: MapNode;
  readonly source: SourceText;
}

/** The tree with every service's base taken in. */
export function extendServices(tree: MapNode, source: SourceText, loading: Loading): MapNode {
  const services = valueAt(tree, "services");
  const entry = tree.entries.get("services");
  if (services?.kind !== "map" || entry === undefined) return tree;
  const origin = { services, source };
  const extended = [...services.entries].map(([name, service]) => {
    const whole = extendService(name, origin, loading, []);
    return [name, whole === undefined ? service : { ...service, value: whole }] as const;
  });
  const value = { ...services, entries: new Map(extended) };
  return { ...tree, entries: new Map([...tree.entries, ["services", { ...entry, value }] as const]) };
}

function extendService(name: string, origin: Origin, loading: Loading, chain: readonly string[]): Node | undefined {
  const service = origin.services.entries.get(name)?.value;
  if (service?.kind !== "map") return service;
  const wish = service.entries.get("extends")?.value;
  if (wish === undefined || wish.tag === "!reset" || (wish.kind === "scalar" && wish.value === null)) return service;
  const spot = { pointer: `/services/${segment(name)}/extends`, at: wish.at };
  const own = withoutKeys(service, ["extends"]);
  const here = `${origin.source.name}\n${name}`;
  if (chain.includes(here) || chain.length >= MAX_CHAIN || ++loading.spent.extended > MAX_EXTENDED) {
    const circle = chain.includes(here);
    loading.notebook.error(
      spot,
      circle ? `the service ${name} extends itself` : "services extend each other too often",
    );
    return own;
  }
  const base = baseOf(wish, name, origin, loading);
  const whole = base && extendService(base.name, base.origin, loading, [...chain, here]);
  if (whole?.kind !== "map") return own;
  loading.spent.copied += weightOf(whole, loading.spent.weights);
  if (loading.spent.copied > MAX_COPIED) {
    loading.notebook.error(spot, `what is extended grows to more than ${MAX_COPIED} values`, "extend smaller services");
    return own;
  }
  return { ...mergeMaps(settleTags(whole), own, "services.*", loading.notebook), at: service.at };
}

function baseOf(
  wish: Node,
  name: string,
  origin: Origin,
  loading: Loading,
): { name: string; origin: Origin } | undefined {
  const { notebook, files } = loading;
  const spot = { pointer: `/services/${segment(name)}/extends`, at: wish.at };
  const service = wish.kind === "map" ? valueAt(wish, "service") : wish;
  const named = service === undefined ? undefined : scalarText(service);
  if (named === undefined) {
    notebook.error(spot, `extends of ${name} names no service`, "write extends: {service: NAME, file: FILE}");
    return undefined;
  }
  const file = wish.kind === "map" ? valueAt(wish, "file") : undefined;
  const path = file === undefined ? undefined : scalarText(file);
  if (path === undefined) return found(named, origin, spot, loading);
  const source = files.open(path, files.folderOf(wish.at.source), { ...spot, at: file?.at ?? wish.at });
  const services = source && valueAt(loadBase(source, loading), "services");
  if (source === undefined) return undefined;
  return found(named, { services: services?.kind === "map" ? services : mapNode([], wish.at), source }, spot, loading);
}

function found(
  name: string,
  origin: Origin,
  spot: Parameters<Loading["notebook"]["error"]>[0],
  loading: Loading,
): { name: string; origin: Origin } | undefined {
  if (origin.services.entries.has(name)) return { name, origin };
  loading.notebook.error(spot, `${origin.source.name} has no service ${name} to extend`);
  return undefined;
}
