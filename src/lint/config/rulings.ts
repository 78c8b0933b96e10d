// Which ruling holds for which file: finds the configurations around it, reads each once, and lays them over each other. A mistake in a
// configuration ends the run: what would be checked by half a policy is not checked.

import { dirname, join, relative, resolve, sep } from "node:path";
import type { PolicyConfig } from "../../policy/config.ts";
import type { Practice } from "../../policy/practice.ts";
import type { Severity } from "../../policy/types.ts";
import { configPlaces } from "../../site/config-places.ts";
import { fail } from "../errors.ts";
import { chosenPractices, profileOf, type RuleChoice, type Ruling } from "../ruling.ts";
import { findProject, isThere, siteFile, userFile, type Whose } from "./config-files.ts";
import type { ConfigLayer } from "./config-layer.ts";
import { fitsFile } from "./file-glob.ts";

/** What the command line says of configurations. */
export interface RulingWishes extends Whose {
  readonly profile: string | undefined;
  /** In place of a project's and the user's files. */
  readonly config: string | undefined;
  /** Only the site's. */
  readonly none: boolean;
  /** Of the site: by what its gateway judges, where that is said. */
  readonly gateway?: boolean | undefined;
  /** Which rules are asked; all unless said. */
  readonly choice?: RuleChoice | undefined;
}

/** A ruling with where it comes from. */
export interface OriginRuling extends Ruling {
  readonly settings: {
    readonly minSeverity?: Severity;
    readonly failOn?: Severity | "never";
    readonly strict?: boolean;
  };
  readonly origins: ReadonlyMap<string, string>;
  readonly remarks: readonly string[];
  readonly layers: readonly ConfigLayer[];
  /** Paths of Rego policies compiled to WebAssembly. */
  readonly modules: readonly string[];
}

/** Answers rulings by file; keeps what it has read. */
export interface Rulings {
  rulingOf(path: string): Promise<OriginRuling>;
}

/** Opens the rulings of a run. Files are read when the first file below them is asked for. */
export function openRulings(practices: readonly Practice[], wishes: RulingWishes): Rulings {
  const byKey = new Map<string, Promise<readonly ConfigLayer[]>>();
  const byLayers = new WeakMap<readonly ConfigLayer[], OriginRuling>();
  const layersOf = (folder: string) => {
    const places = placesFor(folder, wishes);
    const key = JSON.stringify(places);
    const known = byKey.get(key) ?? readAll(places, wishes);
    byKey.set(key, known);
    return known;
  };
  const folders = new Map<string, Promise<readonly ConfigLayer[]>>();
  return {
    rulingOf: async (path) => {
      const folder = dirname(resolve(path));
      const found = folders.get(folder) ?? layersOf(folder);
      folders.set(folder, found);
      const layers = await found;
      const byFile = layers.some(({ value }) => value.overrides !== undefined);
      const kept = byFile ? undefined : byLayers.get(layers);
      const ruling = kept ?? (await rule(layers, { practices, wishes, file: byFile ? resolve(path) : undefined }));
      if (!byFile) byLayers.set(layers, ruling);
      return ruling;
    },
  };
}

interface Places {
  readonly site: string | undefined;
  readonly user: string | undefined;
  readonly peers: readonly string[];
  readonly project: string | undefined;
}

function placesFor(folder: string, wishes: RulingWishes): Places {
  const site = siteFile(wishes);
  if (wishes.none) return { site, user: undefined, peers: [], project: undefined };
  if (wishes.config !== undefined) return { site, user: undefined, peers: [], project: resolve(wishes.config) };
  return { site, user: userFile(wishes), ...findProject(folder, wishes) };
}

async function readAll({ site, user, peers, project }: Places, wishes: RulingWishes): Promise<readonly ConfigLayer[]> {
  const there = isThere(configPlaces(wishes.env).site);
  const ofGateway = wishes.gateway && there;
  const own = site === undefined && there;
  if (!own && !ofGateway && site === undefined && user === undefined && project === undefined && peers.length === 0)
    return [];
  const [{ readLayers }, { readPeer }] = await Promise.all([import("./read-layer.ts"), import("./import-peers.ts")]);
  const read = async (path: string | undefined) => (path === undefined ? [] : await readLayers(path));
  const imported = await Promise.all(peers.map((path) => readPeer(path)));
  const layerOf = async (part: "services" | "gateway") => (await import("./site-layer.ts")).siteLayer(wishes, part);
  const ofSite = (ofGateway ? await layerOf("gateway") : undefined) ?? (own ? await layerOf("services") : undefined);
  return [...(ofSite ? [ofSite] : await read(site)), ...(await read(user)), ...imported, ...(await read(project))];
}

interface RuleWishes {
  readonly practices: readonly Practice[];
  readonly wishes: RulingWishes;
  readonly file: string | undefined;
}

async function rule(layers: readonly ConfigLayer[], { practices, wishes, file }: RuleWishes): Promise<OriginRuling> {
  const base = baseOf(layers, wishes);
  const all = [...practices, ...(await customRules(layers))];
  const asked = wishes.choice ? chosenPractices(all, wishes.choice) : all;
  if (layers.length === 0)
    return { policy: base, practices: asked, settings: {}, origins: new Map(), remarks: [], layers, modules: [] };
  const { resolveRuling } = await import("./resolve-ruling.ts");
  const own = new Map(all.map(({ id, severity }) => [id, severity]));
  const defaultOf = (id: string) => own.get(id);
  const resolved = resolveRuling(base, layers, { defaultOf, file });
  return { ...resolved, practices: asked, layers, modules: customPaths(layers).filter(isModule) } as OriginRuling;
}

// The last layer that names a profile decides, but for one that is final.
function baseOf(layers: readonly ConfigLayer[], { profile }: RulingWishes): PolicyConfig {
  let named: string | undefined;
  for (const { name, value } of layers) {
    named = value.profile ?? named;
    if (!value.final || named === undefined) continue;
    if (profile !== undefined && profile !== named) throw fail("E_LINT_FINAL", { profile: named, file: name });
    return profileOf(named);
  }
  return profileOf(profile ?? named);
}

async function customRules(layers: readonly ConfigLayer[]): Promise<readonly Practice[]> {
  const paths = customPaths(layers).filter((path) => !isModule(path));
  if (paths.length === 0) return [];
  const [{ readCustomRules }, { isBeside, withoutText }] = await Promise.all([
    import("../custom/custom-rules.ts"),
    import("./read-layer.ts"),
  ]);
  const isOwn = (path: string) => layers.some(({ folder }) => isBeside(path, join(folder, "x")));
  const read = (path: string) =>
    readCustomRules(path).catch((error: unknown) => {
      throw isOwn(path) ? error : withoutText(path, error);
    });
  return (await Promise.all(paths.map(read))).flat();
}

function customPaths(layers: readonly ConfigLayer[]): readonly string[] {
  const paths = layers.flatMap(({ folder, value: { custom = [] } }) => custom.map((name) => resolve(folder, name)));
  return [...new Set(paths)];
}

function isModule(path: string): boolean {
  return path.endsWith(".wasm");
}

/** What searches below a folder pass over. */
export function exclusionOf({ layers }: OriginRuling): (path: string) => boolean {
  return (path) =>
    layers.some(({ folder, value: { exclude = [] } }) =>
      exclude.some((pattern) => fitsFile(pattern, relative(folder, resolve(path)).split(sep).join("/"))),
    );
}
