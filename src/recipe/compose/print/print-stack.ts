// A stack as one compose file: canonical (long forms, no variables, nothing left to other files), and read back it is the same stack.

import { Document, visit } from "../../../base/yaml.ts";
import type { NetworkSpec, StackSpec, VolumeSpec } from "../../stack/types.ts";
import { plainScalar } from "../plain-scalar.ts";
import { printService } from "./service.ts";
import { named, type Printed, said, textMap, whenTrue, word } from "./words.ts";

/** The compose file of a stack. Secrets are named, never shown. */
export function printStack(spec: StackSpec): string {
  const networks = spec.networks.filter((network) => !isPlainDefault(network));
  const tree = said({
    name: word(spec.name),
    "x-berth": said({ title: word(spec.title), tags: textMap(spec.tags), source: word(spec.source) }),
    services: named(spec.services, ({ name }) => name, printService),
    networks: named(networks, ({ name }) => name, network),
    volumes: named(spec.volumes, ({ name }) => name, volume),
    secrets: named(
      spec.secrets,
      ({ name }) => name,
      ({ store }) => said({ external: true, name: word(store) }),
    ),
    configs: named(
      spec.configs,
      ({ name }) => name,
      ({ content }) => said({ content: word(content) }),
    ),
  });
  return written(tree);
}

function isPlainDefault(spec: NetworkSpec): boolean {
  return spec.name === "default" && network(spec) === null;
}

function network(spec: NetworkSpec): Printed {
  const ipam = spec.subnets.map(({ subnet, gateway, range }) =>
    said({ subnet: word(subnet), gateway: word(gateway), ip_range: word(range) }),
  );
  const printed = said({
    ...external(spec.external),
    driver: word(spec.driver),
    driver_opts: textMap(spec.options),
    internal: whenTrue(spec.internal),
    enable_ipv6: whenTrue(spec.ipv6),
    ipam: said({ config: ipam }),
    labels: textMap(spec.labels),
  });
  return printed.size === 0 ? null : printed;
}

function volume(spec: VolumeSpec): Printed {
  const printed = said({
    ...external(spec.external),
    driver: word(spec.driver),
    driver_opts: textMap(spec.options),
    labels: textMap(spec.labels),
    "x-berth": said({ class: word(spec.storageClass) }),
  });
  return printed.size === 0 ? null : printed;
}

function external(name: string | undefined): Readonly<Record<string, Printed | undefined>> {
  return name === undefined ? {} : { external: true, name: word(name) };
}

/** Words that other readers of compose files take for something else. */
const MISREAD = /^(?:<<|y|yes|n|no|on|off)$/i;

/** Quotes stand where a word would mean something else to the reader, which takes more for numbers than YAML 1.2. */
function written(tree: Printed): string {
  const document = new Document(tree, { version: "1.2", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== "string") return;
      if (MISREAD.test(node.value) || plainScalar(node.value) !== node.value) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0, blockQuote: "literal" });
}
