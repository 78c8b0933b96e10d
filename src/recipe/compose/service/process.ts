// What runs in a service's containers: image, program, environment, user.

import { posix } from "node:path";
import type { ServiceSpec } from "../../stack/types.ts";
import { oneOrMore, pairs, texts, warnChanged, words } from "../collections.ts";
import { readEnvFile, readRawEnvFile } from "../env-file.ts";
import { child, type Field, flag, oneOf, optional, text } from "../fields.ts";
import { segment } from "../notebook.ts";
import { at, read, type ServiceField } from "../reading.ts";
import { splitCommand } from "../shell-words.ts";
import { isNothing } from "../tree.ts";

type Process = Pick<
  ServiceSpec,
  | "image"
  | "pull"
  | "platform"
  | "entrypoint"
  | "command"
  | "environment"
  | "labels"
  | "annotations"
  | "user"
  | "groups"
  | "workingDir"
  | "hostname"
  | "domainname"
  | "tty"
  | "stdin"
  | "init"
  | "readOnly"
>;

/** Reads image, program, environment and user. */
export function readProcess(service: ServiceField): Process {
  const labels = readLabels(service);
  const annotations = at(service, "annotations");
  return {
    image: readImage(service),
    pull: readPull(service, labels),
    platform: read(service, "platform", text, "platform"),
    entrypoint: read(service, "entrypoint", command, "entrypoint"),
    command: read(service, "command", command, "command"),
    environment: readEnvironment(service),
    labels,
    annotations: annotations ? texts(annotations, service.notebook, `${service.pointer}/annotations`) : {},
    user: read(service, "user", text, "user"),
    groups: read(service, "group_add", words, "groups") ?? [],
    workingDir: readWorkingDir(service),
    hostname: read(service, "hostname", text, "hostname"),
    domainname: read(service, "domainname", text, "domainname"),
    tty: read(service, "tty", flag, "tty") ?? false,
    stdin: read(service, "stdin_open", flag, "stdin") ?? false,
    init: read(service, "init", flag, "init") ?? false,
    readOnly: read(service, "read_only", flag, "readOnly") ?? false,
  };
}

function readImage(service: ServiceField): string {
  const image = read(service, "image", text, "image");
  if (image === undefined || image.trim() === "") {
    // A build is refused already; one word about the same thing is enough.
    if (at(service, "build") === undefined && at(service, "image")?.node.kind !== "map") {
      service.notebook.error(service.field, `the service ${service.name} has no image`, "write image: NAME:TAG");
    }
    return "";
  }
  return image.trim();
}

function readPull(service: ServiceField, labels: Readonly<Record<string, string>>): ServiceSpec["pull"] {
  const field = at(service, "pull_policy");
  const policy = optional(field, text, service.notebook);
  if (field === undefined || policy === undefined) {
    return labels["io.rancher.container.pull_image"] === "always" ? "always" : "missing";
  }
  service.notebook.place(`${service.pointer}/pull`, field.at);
  if (policy === "always" || policy === "never" || policy === "missing") return policy;
  if (policy === "if_not_present") return "missing";
  if (/^(?:daily|weekly|every_.+)$/.test(policy)) {
    service.notebook.warn(
      field,
      `pull_policy ${policy} is taken as missing: a tag is resolved again with every upgrade`,
    );
    return "missing";
  }
  if (policy === "build")
    service.notebook.refuse(field, "images are not built here", "build and push it first: berth build");
  else return optional(field, oneOf(["always", "missing", "never"]), service.notebook) ?? "missing";
  return "missing";
}

/** A program with its arguments: a list, or one line in a shell's quoting. */
function command(field: Field, notebook: ServiceField["notebook"]): readonly string[] | undefined {
  if (field.node.kind === "list") return words(field, notebook);
  const line = text(field, notebook);
  if (line === undefined) return undefined;
  const split = splitCommand(line);
  if (split === undefined) notebook.error(field, "the quotes of this line are not closed", "write it as a list");
  return split;
}

function readWorkingDir(service: ServiceField): string | undefined {
  const folder = read(service, "working_dir", text, "workingDir");
  return folder?.startsWith("/") === true ? posix.normalize(folder) : folder;
}

function readEnvironment(service: ServiceField): Readonly<Record<string, string>> {
  const { notebook, reading } = service;
  const found = new Map<string, string>();
  const place = (name: string, field: Pick<Field, "at">) =>
    notebook.place(`${service.pointer}/environment/${segment(name)}`, field.at);
  const own = at(service, "environment");
  const ownPairs = own === undefined ? [] : pairs(own, notebook);
  for (const [name, value] of ownPairs) if (!isNothing(value.node)) place(name, value);
  for (const [name, node] of readEnvFiles(service)) {
    found.set(name, node.value);
    place(name, node);
  }
  for (const [name, value] of ownPairs) {
    if (name === "" || name.includes("\0")) notebook.error(value, "a variable of environment has no name");
    else if (!isNothing(value.node)) {
      warnChanged(value, notebook);
      found.set(name, text(value, notebook) ?? "");
    } else inherit(name, value, found, reading, notebook);
  }
  return Object.fromEntries(found);
}

/** A name without value takes the value that it has where the recipe is read; without one the variable is not set. */
function inherit(
  name: string,
  field: Field,
  found: Map<string, string>,
  reading: ServiceField["reading"],
  notebook: ServiceField["notebook"],
): void {
  const value = reading.lookup(name);
  if (value !== undefined) found.set(name, value);
  else {
    found.delete(name);
    notebook.warn(field, `the variable ${name} has no value and is not set`, "give it one in .env, or write it here");
  }
}

function readEnvFiles(service: ServiceField): Map<string, { value: string; at: Field["at"] }> {
  const { notebook, reading } = service;
  const found = new Map<string, { value: string; at: Field["at"] }>();
  const field = at(service, "env_file");
  for (const item of field === undefined ? [] : (oneOrMore(field, notebook) ?? [])) {
    const path = item.node.kind === "map" ? child(item, "path") : item;
    const name = optional(path, text, notebook);
    const required = optional(child(item, "required"), flag, notebook) ?? true;
    const format = optional(child(item, "format"), oneOf(["raw"]), notebook);
    if (path === undefined) notebook.error(item, "an env_file has no path", "write - path: FILE");
    if (path === undefined || name === undefined) continue;
    const folder = reading.files.folderOf(path.node.at.source);
    const source = required ? reading.files.open(name, folder, path) : reading.files.peek(name, folder, path);
    if (source === undefined) continue;
    if (!isAffordable(source.text.length / LETTERS, item, service)) break;
    const earlier = (word: string) => found.get(word)?.value ?? reading.lookup(word);
    const read = format === "raw" ? readRawEnvFile(source, earlier) : readEnvFile(source, earlier, notebook);
    if (!isAffordable(read.size, item, service)) break;
    for (const [key, node] of read) found.set(key, { value: node.text, at: node.at });
  }
  return found;
}

function readLabels(service: ServiceField): Readonly<Record<string, string>> {
  const { notebook, reading } = service;
  const found: Record<string, string>[] = [];
  const files = at(service, "label_file");
  for (const item of files === undefined ? [] : (oneOrMore(files, notebook) ?? [])) {
    const name = text(item, notebook);
    const source = name && reading.files.open(name, reading.files.folderOf(item.node.at.source), item);
    if (!source) continue;
    if (!isAffordable(source.text.length / LETTERS, item, service)) break;
    const labels = [...readEnvFile(source, reading.lookup, notebook)];
    if (!isAffordable(labels.length, item, service)) break;
    for (const [key, node] of labels) notebook.place(`${service.pointer}/labels/${segment(key)}`, node.at);
    found.push(Object.fromEntries(labels.map(([key, node]) => [key, node.text])));
  }
  const own = at(service, "labels");
  const entries = [...found, own ? texts(own, notebook, `${service.pointer}/labels`) : {}].flatMap(Object.entries);
  if (own !== undefined) notebook.place(`${service.pointer}/labels`, own.at);
  return Object.fromEntries(entries);
}

/** Variables and labels that all services together take from files: one long file is short to name, and read for each. */
const MAX_FROM_FILES = 100_000;
/** So many letters cost about as much as a variable. */
const LETTERS = 64;

function isAffordable(count: number, item: Field, { notebook, reading: { spent } }: ServiceField): boolean {
  spent.variables += count;
  if (spent.variables <= MAX_FROM_FILES) return true;
  notebook.refuse(item, `a stack takes at most ${MAX_FROM_FILES} variables and labels from files`);
  return false;
}
