// Who has which host name and which port, and where names lead.

import { lookup, resolveCname } from "node:dns/promises";
import type { StackFacts } from "../../policy/facts.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import { isPortFree } from "../../services/ports/free-port.ts";
import type { FactSources } from "./fact-sources.ts";
import { answersByName } from "./in-time.ts";

/** Whose the host names are that routes have, as far as they matter here. */
export async function hostFacts(sources: FactSources, { name, services }: StackSpec): Promise<StackFacts["hosts"]> {
  const wanted = new Set(services.flatMap(({ routes }) => routes.map(({ host }) => host.toLowerCase())));
  const holders = new Map<string, string>();
  for (const { id, protocol, host } of sources.routes()) {
    const stack = stackOf(id);
    if (protocol === "http" && stack !== name && wanted.has(host.toLowerCase())) holders.set(host.toLowerCase(), stack);
  }
  const owners = await answersByName(
    [...new Set(holders.values())],
    async (stack) => (await sources.stack(stack)) ?? null,
  );
  return new Map([...holders].map(([host, stack]) => [host, { stack, owner: owners.get(stack)?.tags["owner"] }]));
}

function stackOf(id: string): string {
  return id.split("/")[0] ?? "";
}

/** Whether each port is free for the stack, by `5432/tcp`. */
export async function portFacts({ ports, routes }: FactSources, { name }: StackSpec, keys: readonly string[]) {
  const held = keys.length === 0 ? [] : await ports.held();
  return answersByName(keys, async (key) => {
    const [port = "", protocol] = key.split("/");
    const holder = held.find((one) => one.port === Number(port) && one.protocol === protocol);
    if (holder) return holder.stack === name;
    // The proxy listens there already: for this stack, or for another.
    const route = protocol === "tcp" ? routes().find(({ listen }) => listen === Number(port)) : undefined;
    if (route) return stackOf(route.id) === name;
    return isPortFree(Number(port), protocol === "udp" ? "udp" : "tcp");
  });
}

/** Names and addresses that a host name leads to. */
export async function leadsTo(host: string): Promise<readonly string[]> {
  const [names, addresses] = await Promise.all([
    resolveCname(host).catch(() => []),
    lookup(host, { all: true }).catch(() => []),
  ]);
  return [...names, ...addresses.map(({ address }) => address)];
}
