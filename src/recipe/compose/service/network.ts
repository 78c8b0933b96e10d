// How a service is reached and whom it reaches: networks, names, addresses.

import type { NetworkUse, ServiceSpec } from "../../stack/types.ts";
import { list, oneOrMoreWords, pairs, words } from "../collections.ts";
import { child, children, type Field, items, optional, type Reader, text, whole } from "../fields.ts";
import type { Notebook } from "../notebook.ts";
import { at, read, type ServiceField } from "../reading.ts";
import { wordMap } from "../short-forms.ts";
import { isNothing, scalarText } from "../tree.ts";

type Network = Pick<ServiceSpec, "networks" | "networkMode" | "extraHosts" | "dns" | "dnsSearch" | "dnsOptions">;

/** Reads everything about networks; `aliases` are names that other keys ask for. */
export function readNetwork(service: ServiceField, aliases: readonly string[]): Network {
  const mode = readMode(service);
  const field = at(service, "networks");
  const uses = field === undefined ? [] : readUses(field, service);
  if (mode !== undefined && field !== undefined) {
    service.notebook.error(field, "network_mode and networks exclude each other", "keep one of them");
  }
  const joined = mode === undefined && uses.length === 0 ? [{ name: "default", aliases: [] }] : uses;
  return {
    networks: joined.map((use) => ({ ...use, aliases: [...new Set([...use.aliases, ...aliases])] })),
    networkMode: mode,
    extraHosts: readHosts(service),
    dns: read(service, "dns", oneOrMoreWords, "dns") ?? [],
    dnsSearch: read(service, "dns_search", oneOrMoreWords, "dnsSearch") ?? [],
    dnsOptions: read(service, "dns_opt", words, "dnsOptions") ?? [],
  };
}

function readMode(service: ServiceField): string | undefined {
  const field = at(service, "network_mode");
  const mode = read(service, "network_mode", text, "networkMode")?.replace(/^container:/, "service:");
  if (mode === undefined || mode === "none" || mode === "host" || mode.startsWith("service:")) return mode;
  // Rancher's network between machines, and the engine's own: here, the stack's network is it.
  if (mode === "bridge" || mode === "default" || mode === "managed") {
    const message = `network_mode ${mode} is emulated: the service joins the stack's own network`;
    if (field !== undefined) service.notebook.info(field, message);
    return undefined;
  }
  if (field !== undefined)
    service.notebook.refuse(field, `${mode} is no network mode`, "none, host and service:NAME are");
  return undefined;
}

function readUses(field: Field, service: ServiceField): readonly NetworkUse[] {
  const { notebook } = service;
  const found = wordMap(field.node, notebook);
  if (found === undefined) {
    notebook.error(field, "networks is a list of names, or a map");
    return [];
  }
  notebook.place(`${service.pointer}/networks`, field.at);
  return children({ ...field, node: found }).map(([name, use], index) => {
    notebook.place(`${service.pointer}/networks/${index}`, use.at);
    if (!isNothing(use.node) && use.node.kind !== "map") notebook.error(use, `the network ${name} has no keys here`);
    return {
      name,
      aliases: optional(child(use, "aliases"), words, notebook) ?? [],
      ipv4: optional(child(use, "ipv4_address"), text, notebook),
      ipv6: optional(child(use, "ipv6_address"), text, notebook),
      priority: optional(child(use, "priority"), priority, notebook),
    };
  });
}

const priority: Reader<number> = (field, notebook) => whole(-1_000_000, 1_000_000)(field, notebook);

function readHosts(service: ServiceField): ServiceSpec["extraHosts"] {
  const field = at(service, "extra_hosts");
  if (field === undefined) return [];
  const { notebook } = service;
  notebook.place(`${service.pointer}/extraHosts`, field.at);
  const found =
    field.node.kind === "list" ? items(field).flatMap((item) => hostLine(item, notebook)) : hostMap(field, notebook);
  const seen = new Set<string>();
  return found.filter(({ host, address }) => {
    const key = `${host} ${address}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function hostLine(field: Field, notebook: Notebook): { host: string; address: string }[] {
  const line = scalarText(field.node) ?? "";
  // The first separator is the one: an address of version 6 holds colons itself.
  const match = /^([^:=\s]+)\s*[:=]\s*(\S+)$/.exec(line.trim());
  if (match === null) {
    notebook.error(field, `${line} names no host`, "write NAME=ADDRESS");
    return [];
  }
  return [{ host: match[1] ?? "", address: plainAddress(match[2] ?? "") }];
}

function hostMap(field: Field, notebook: Notebook): { host: string; address: string }[] {
  return pairs(field, notebook).flatMap(([host, value]) =>
    value.node.kind === "list"
      ? (list(value, notebook) ?? []).flatMap((item) => addressOf(host, item, notebook))
      : addressOf(host, value, notebook),
  );
}

function addressOf(host: string, field: Field, notebook: Notebook): { host: string; address: string }[] {
  const address = text(field, notebook)?.trim();
  if (address === undefined) return [];
  if (/^[^:=\s]+$/.test(host) && /^\S+$/.test(address)) return [{ host, address: plainAddress(address) }];
  notebook.error(field, `${host} with ${address} names no host`, "write NAME: ADDRESS");
  return [];
}

function plainAddress(address: string): string {
  return address.replace(/^\[(.*)\]$/, "$1");
}
