// The services of a compose file as launches. Works on the merged tree, so that a mistake in one key does not hide the others.

import type { SourceText } from "../../base/source.ts";
import { type Entry, type MapNode, valueAt } from "../../recipe/compose/tree.ts";
import { composeMounts, composePorts } from "./compose-parts.ts";
import { itemsOf, pairsOf, servicesOf, textAt, textOf, truthAt, whole } from "./node-values.ts";
import type { LaunchView, Placed } from "./types.ts";
import { wordsOf } from "./words-of.ts";

/** What is known of the stack that a file makes. */
export interface StackOfFile {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** The launches of a compose file; parts that stand in another file have no place and are left to that file. */
export function composeLaunches(source: SourceText, tree: MapNode, stack: StackOfFile): readonly LaunchView[] {
  return servicesOf(tree).flatMap(([name, entry]) =>
    entry.at.source.name === source.name ? [launchOf(source, name, entry, stack)] : [],
  );
}

type ServiceEntry = Entry & { readonly value: MapNode };

function launchOf(source: SourceText, name: string, entry: ServiceEntry, stack: StackOfFile): LaunchView {
  const service = entry.value;
  const routes = valueAt(valueAt(service, "x-berth"), "routes");
  return {
    ...{ source, tool: "compose", name, range: whole(entry), engine: true, service: true },
    ...{ image: textAt(service, "image"), user: textAt(service, "user"), privileged: truthAt(service, "privileged") },
    mounts: composeMounts(service),
    ports: composePorts(service),
    capAdd: capabilities(service, "cap_add"),
    capDrop: capabilities(service, "cap_drop"),
    securityOptions: itemsOf(valueAt(service, "security_opt")).flatMap((node) => textOf(node) ?? []),
    namespaces: namespacesOf(service),
    readOnlyRoot: truthAt(service, "read_only"),
    terminal: truthAt(service, "tty"),
    limits: limitsOf(service),
    environment: pairsOf(valueAt(service, "environment")),
    logDriver: textAt(valueAt(service, "logging"), "driver") ?? textAt(service, "log_driver"),
    healthCheck: healthOf(service),
    pull: pullOf(service),
    command: [...commandOf(service, "entrypoint"), ...commandOf(service, "command")],
    flags: [],
    insertion: insertionOf(source, entry),
    stack: { ...stack, open: itemsOf(routes).some((route) => (textAt(route, "auth")?.value ?? "none") === "none") },
  };
}

function capabilities(service: MapNode, key: string): readonly Placed<string>[] {
  return itemsOf(valueAt(service, key)).flatMap((node) => {
    const text = textOf(node);
    return text ? [{ ...text, value: text.value.toUpperCase().replace(/^CAP_/, "") }] : [];
  });
}

const NAMESPACES = [
  ["network_mode", "network"],
  ["net", "network"],
  ["pid", "pid"],
  ["ipc", "ipc"],
  ["uts", "uts"],
  ["userns_mode", "user"],
  ["cgroup", "cgroup"],
] as const;

function namespacesOf(service: MapNode): LaunchView["namespaces"] {
  return NAMESPACES.flatMap(([key, kind]) => {
    const text = textAt(service, key);
    return text ? [{ ...text, kind }] : [];
  });
}

function limitsOf(service: MapNode): LaunchView["limits"] {
  const limits = valueAt(valueAt(valueAt(service, "deploy"), "resources"), "limits");
  const has = (key: string, inDeploy: string) =>
    textAt(service, key) !== undefined || textAt(limits, inDeploy) !== undefined;
  return { memory: has("mem_limit", "memory"), processes: has("pids_limit", "pids"), cpus: has("cpus", "cpus") };
}

function healthOf(service: MapNode): boolean | undefined {
  const health = valueAt(service, "healthcheck");
  if (health === undefined) return valueAt(valueAt(service, "x-berth"), "health") === undefined ? undefined : true;
  return truthAt(health, "disable")?.value !== true && textOf(itemsOf(valueAt(health, "test"))[0])?.value !== "NONE";
}

function pullOf(service: MapNode): string | undefined {
  const labels = pairsOf(valueAt(service, "labels"));
  const rancher = labels.find(({ name }) => name === "io.rancher.container.pull_image");
  return rancher?.value === "always" ? "always" : textAt(service, "pull_policy")?.value;
}

function commandOf(service: MapNode, key: string): readonly Placed<string>[] {
  const node = valueAt(service, key);
  if (node?.kind === "list") return node.items.flatMap((item) => textOf(item) ?? []);
  const text = textOf(node);
  return text ? wordsOf(text.value).map((value) => ({ value, range: text.range })) : [];
}

/** The line of the first key, above which another can be written; only for files in block style. */
function insertionOf({ text }: SourceText, entry: ServiceEntry): LaunchView["insertion"] {
  const first = entry.value.entries.values().next().value;
  if (first === undefined || first.at.source.text !== text) return undefined;
  const at = text.lastIndexOf("\n", first.at.range.start - 1) + 1;
  const indent = text.slice(at, first.at.range.start);
  return /^ +$/.test(indent) ? { at, indent } : undefined;
}
