// Compose files to a stack. The way: files → trees with their variables replaced → one tree → services and resources → what they mean for
// each other. Nothing here opens a file, and nobody's text makes it throw.

import type { Places, StackSpec } from "../stack/types.ts";
import { checkKeys } from "./check-keys.ts";
import { map } from "./collections.ts";
import { readEnvFile } from "./env-file.ts";
import { child, type Field, optional, text } from "./fields.ts";
import { folderOfPath, openFiles, type RecipeFiles } from "./files.ts";
import { loadFiles } from "./load.ts";
import type { Loading } from "./loading.ts";
import { settleTags } from "./merge.ts";
import { type Notebook, openNotebook } from "./notebook.ts";
import { isActive } from "./profiles.ts";
import { type Reading, serviceField } from "./reading.ts";
import { readConfigs, readNetworks, readSecrets, readVolumes } from "./resources.ts";
import { readService, type ServiceDraft } from "./service/read-service.ts";
import { settleServices } from "./settle.ts";
import type { Lookup } from "./template.ts";
import { checkVersion, readStackPart, stackName } from "./top.ts";
import type { MapNode } from "./tree.ts";
import type { ComposeFiles, ReadOptions, ReadStack } from "./types.ts";
import { withoutRepetitions } from "./unique-lists.ts";
import { usedResources } from "./used-resources.ts";
import { MAX_LEXEMES } from "./yaml-documents.ts";

const MAX_SERVICES = 2000;

/** Reads a stack from compose files. There is a spec when no note is an error. */
export function readStack(files: ComposeFiles, options: ReadOptions): ReadStack {
  const notebook = openNotebook();
  const root = rootOf(files, options, notebook);
  const spec = root && readTree(root.field, root.reading, options);
  const { places, notes } = notebook;
  const version = root && optional(child(root.field, "version"), text, notebook);
  const tree = root?.field.node.kind === "map" ? root.field.node : undefined;
  return { spec: notebook.failed() ? undefined : spec, places: places as Places, notes, tree, version };
}

function rootOf(files: ComposeFiles, options: ReadOptions, notebook: Notebook) {
  const recipeFiles = openFiles(options.read, notebook);
  const folder = folderOfPath(files[0]?.name ?? "compose.yml");
  const lookup = variables(recipeFiles, folder, options, notebook);
  const sources = files.map((file) => recipeFiles.under(file, folder));
  const tree = loadFiles(sources, beginLoading(recipeFiles, lookup, notebook, files[0]?.name));
  if (tree === undefined) {
    const cure = "write services: {NAME: {image: IMAGE}}";
    if (!notebook.failed()) notebook.error({ pointer: "" }, "the recipe is empty", cure);
    return undefined;
  }
  const field: Field = { node: settleTags(tree), pointer: "", at: topOf(tree) };
  const stack = stackName(field, options, notebook) ?? "stack";
  const reading: Reading = { notebook, files: recipeFiles, lookup, stack, spent: { ports: 0, variables: 0, text: 0 } };
  return { field, reading };
}

function beginLoading(files: RecipeFiles, lookup: Lookup, notebook: Notebook, first: string | undefined): Loading {
  return {
    files,
    notebook,
    lookup,
    including: first === undefined ? [] : [first],
    bases: new Map(),
    spent: { extended: 0, copied: 0, included: 0, weights: new WeakMap() },
    growth: { letters: 0 },
    budget: { lexemes: MAX_LEXEMES },
    told: new Set(),
    loadFiles,
  };
}

function topOf(tree: MapNode): Field["at"] {
  return tree.entries.values().next().value?.at ?? tree.at;
}

function variables(files: RecipeFiles, folder: string, options: ReadOptions, notebook: Notebook): Lookup {
  const given = new Map(Object.entries(options.variables ?? {}));
  const source = files.peek(".env", folder, { pointer: "" });
  const file = source === undefined ? undefined : readEnvFile(source, (name) => given.get(name), notebook);
  return (name) =>
    given.get(name) ?? file?.get(name)?.text ?? (name === "COMPOSE_PROJECT_NAME" ? options.name : undefined);
}

function readTree(root: Field, reading: Reading, options: ReadOptions): StackSpec {
  const { notebook } = reading;
  checkVersion(root, notebook);
  const { active, inactive } = sortServices(root, reading, options);
  checkTop(root, notebook);
  const drafts = new Map<string, ServiceDraft>();
  for (const [name, field] of active) drafts.set(name, readService(serviceField(name, field, reading)));
  const declared = {
    networks: readNetworks(root, reading),
    volumes: readVolumes(root, reading),
    secrets: readSecrets(root, reading),
    configs: readConfigs(root, reading),
  };
  const services = settleServices(drafts, inactive, notebook);
  return {
    name: reading.stack,
    ...readStackPart(root, options, notebook),
    services,
    ...usedResources(services, declared, root, notebook),
  };
}

/** The keys of everything but services, which are checked one by one. */
function checkTop(root: Field, notebook: Notebook): void {
  if (root.node.kind !== "map") return;
  const entries = new Map([...root.node.entries].filter(([key]) => key !== "services"));
  checkKeys({ ...root, node: { ...root.node, entries } }, "", notebook);
}

function sortServices(root: Field, reading: Reading, options: ReadOptions) {
  const { notebook } = reading;
  const services = child(root, "services");
  const entries = optional(services, map, notebook) ?? [];
  if (entries.length === 0)
    notebook.error(services ?? root, "the recipe has no services", "write services: {NAME: {image: IMAGE}}");
  if (entries.length > MAX_SERVICES) notebook.refuse(root, `a stack has at most ${MAX_SERVICES} services`);
  const profiles = options.profiles ?? (reading.lookup("COMPOSE_PROFILES") ?? "").split(",").filter(Boolean);
  const active = new Map<string, Field>();
  const inactive = new Set<string>();
  for (const [name, field] of entries.slice(0, MAX_SERVICES)) {
    const plain = checkedService(name, field, notebook);
    if (plain === undefined) continue;
    const deployed = isActive(plain, profiles, notebook);
    checkKeys(plain, "services.*", notebook, !deployed);
    if (deployed) active.set(name, plain);
    else inactive.add(name);
  }
  if (active.size === 0 && inactive.size > 0) notebook.refuse(root, "all services are of profiles, and none is active");
  return { active, inactive };
}

function checkedService(name: string, field: Field, notebook: Notebook): Field | undefined {
  if (!/^(?!\.+$)[a-zA-Z0-9._-]+$/.test(name))
    notebook.error(field, `${name} is no name: letters, digits, . _ and - are`);
  if (field.node.kind !== "map") {
    notebook.error(field, `the service ${name} is a map of keys`, "write image: IMAGE below it");
    return undefined;
  }
  return { ...field, node: withoutRepetitions(field.node, field.pointer, notebook) };
}
