// The top of a recipe beside its services: networks, volumes, secrets and configurations.

import type { ConfigSpec, NetworkSpec, SecretSpec, VolumeSpec } from "../stack/types.ts";
import { checkBerthKeys } from "./berth-keys.ts";
import { list, map, texts } from "./collections.ts";
import { child, type Field, flag, optional, text } from "./fields.ts";
import { segment } from "./notebook.ts";
import type { Reading } from "./reading.ts";
import { isNothing } from "./tree.ts";

/** Reads a map of named things at the top of a recipe; names are checked, places remembered. */
function named<T>(
  root: Field,
  key: string,
  reading: Reading,
  read: (name: string, field: Field, pointer: string) => T | undefined,
): readonly T[] {
  const { notebook } = reading;
  const entries = optional(child(root, key), map, notebook) ?? [];
  return entries.flatMap(([name, field]) => {
    const pointer = `/${key}/${segment(name)}`;
    notebook.place(pointer, field.at);
    if (!/^(?!\.+$)[a-zA-Z0-9._-]+$/.test(name))
      notebook.error(field, `${name} is no name: letters, digits, . _ and - are`);
    if (!isNothing(field.node) && field.node.kind !== "map") {
      notebook.error(field, `${name} of ${key} is a map of keys`);
      return [];
    }
    return read(name, field, pointer) ?? [];
  });
}

/** The name of what exists already; undefined when the stack has it of its own. */
function externalName(name: string, field: Field, { notebook }: Reading): string | undefined {
  const external = child(field, "external");
  const own = optional(child(field, "name"), text, notebook);
  if (external === undefined) return undefined;
  if (external.node.kind === "map") {
    const old = optional(child(external, "name"), text, notebook);
    if (own !== undefined && old !== undefined && own !== old)
      notebook.error(external, "external.name and name differ");
    return own ?? old ?? name;
  }
  return optional(external, flag, notebook) === true ? (own ?? name) : undefined;
}

/** Reads the networks. */
export function readNetworks(root: Field, reading: Reading): readonly NetworkSpec[] {
  const { notebook } = reading;
  return named(root, "networks", reading, (name, field, pointer) => {
    const external = externalName(name, field, reading);
    const given = child(field, "name");
    if (external === undefined && given !== undefined) {
      notebook.warn(
        given,
        "name has no effect: networks of a stack are named by berth",
        "a shared one is external: true",
      );
    }
    const [options, labels] = [child(field, "driver_opts"), child(field, "labels")];
    return {
      name,
      external,
      driver: optional(child(field, "driver"), text, notebook),
      options: options ? texts(options, notebook, `${pointer}/options`) : {},
      internal: optional(child(field, "internal"), flag, notebook) ?? false,
      ipv6: optional(child(field, "enable_ipv6"), flag, notebook) ?? false,
      subnets: readSubnets(child(field, "ipam"), pointer, reading),
      labels: labels ? texts(labels, notebook, `${pointer}/labels`) : {},
    };
  });
}

function readSubnets(ipam: Field | undefined, pointer: string, { notebook }: Reading): NetworkSpec["subnets"] {
  return (optional(child(ipam, "config"), list, notebook) ?? []).flatMap((field, index) => {
    notebook.place(`${pointer}/subnets/${index}`, field.at);
    const subnet = optional(child(field, "subnet"), text, notebook);
    if (subnet === undefined) notebook.error(field, "an entry of ipam has no subnet", "write subnet: 10.5.0.0/16");
    if (subnet === undefined) return [];
    const gateway = optional(child(field, "gateway"), text, notebook);
    return [{ subnet, gateway, range: optional(child(field, "ip_range"), text, notebook) }];
  });
}

/** Reads the volumes. */
export function readVolumes(root: Field, reading: Reading): readonly VolumeSpec[] {
  const { notebook } = reading;
  return named(root, "volumes", reading, (name, field, pointer) => {
    const external = externalName(name, field, reading);
    const given = child(field, "name");
    if (external === undefined && given !== undefined) {
      notebook.refuse(given, "volumes of a stack are named by berth", "one that exists is external: true");
    }
    const [options, labels, own] = [child(field, "driver_opts"), child(field, "labels"), child(field, "x-berth")];
    if (own !== undefined) checkBerthKeys(own, "volume", notebook);
    const wished = child(own, "class");
    if (wished !== undefined) notebook.place(`${pointer}/storageClass`, wished.at);
    return {
      name,
      external,
      storageClass: optional(wished, text, notebook),
      driver: optional(child(field, "driver"), text, notebook),
      options: options ? texts(options, notebook, `${pointer}/options`) : {},
      labels: labels ? texts(labels, notebook, `${pointer}/labels`) : {},
    };
  });
}

/** Names in berth's store of secrets: `SERVICE.STACK.FILE` or `STACK.FILE`. */
const STORE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,253}[a-zA-Z0-9])?$/;

/** Reads the secrets: all are in berth's store. A name without a dot is one of the stack's own: `STACK.NAME`. */
export function readSecrets(root: Field, reading: Reading): readonly SecretSpec[] {
  const { notebook, stack } = reading;
  return named(root, "secrets", reading, (name, field) => {
    const external = externalName(name, field, reading);
    const refused = ["file", "environment", "driver"].some((key) => child(field, key) !== undefined);
    const full = external ?? optional(child(field, "name"), text, notebook) ?? name;
    const store = full.includes(".") ? full : `${stack}.${full}`;
    if (external === undefined && !refused) {
      notebook.refuse(field, `the secret ${name} is not said to be in berth's store`, cure(store));
    }
    if (!STORE_NAME.test(store)) notebook.error(field, `${store} cannot be the name of a secret`);
    return { name, store };
  });
}

function cure(store: string): string {
  return `berth secret create ${store}, and external: true`;
}

/** Letters of all configurations together: a long file is short to name. */
const MAX_CONFIGS = 4 * 1024 * 1024;

/** Reads the configurations: their text is part of the recipe. */
export function readConfigs(root: Field, reading: Reading): readonly ConfigSpec[] {
  const { notebook, files, lookup, spent } = reading;
  const kept = (name: string, content: string, at: Field): ConfigSpec | undefined => {
    spent.text += content.length;
    if (spent.text <= MAX_CONFIGS) return { name, content };
    notebook.refuse(
      at,
      `the configurations are longer than ${MAX_CONFIGS / 1024 / 1024} MiB together`,
      "put them into images",
    );
    return undefined;
  };
  return named(root, "configs", reading, (name, field) => {
    const given = ["content", "file", "environment"].filter((key) => child(field, key) !== undefined);
    const [key] = given;
    const source = key === undefined ? undefined : child(field, key);
    if (source === undefined || key === undefined || given.length > 1) {
      if (child(field, "external") === undefined)
        notebook.error(field, `the config ${name} has one of content, file and environment`);
      return undefined;
    }
    const written = text(source, notebook);
    if (written === undefined) return undefined;
    if (key === "content") return kept(name, written, source);
    if (key === "environment") {
      const value = lookup(written);
      if (value === undefined) notebook.refuse(source, `the variable ${written} has no value`, "give it one in .env");
      return kept(name, value ?? "", source);
    }
    const file = files.open(written, files.folderOf(source.node.at.source), source);
    return file === undefined ? undefined : kept(name, file.text, source);
  });
}
