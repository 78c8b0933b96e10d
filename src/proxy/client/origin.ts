// Where a request came from, and which of the headers that say so are believed: those of the proxies that the site names.

import { BlockList, isIP } from "node:net";
import type { Exchange } from "./exchange.ts";
import type { Origin } from "./request-head.ts";

/** Whether an address is one of the site's own proxies. */
export type Trust = (address: string) => boolean;

/** Addresses and networks (CIDR). */
export function trustOf(networks: readonly string[]): Trust {
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const kind = isIP(address);
    return kind !== 0 && list.check(address, kind === 6 ? "ipv6" : "ipv4");
  };
}

/** The origin of a request. */
export function originOf(exchange: Exchange, trust: Trust): Origin {
  const { peer, authority, secure } = exchange;
  const own = { chain: peer, client: peer, proto: secure ? "https" : "http", host: authority };
  if (!trust(peer)) return own;
  const said = exchange.header("x-forwarded-for");
  const addresses = (said ?? "").split(",").map((part) => part.trim());
  // From the right: what stands left of the first stranger was written by that stranger.
  const known = addresses.filter((address) => isIP(address) !== 0);
  const client = known.findLast((address) => !trust(address)) ?? known[0] ?? peer;
  const proto = exchange.header("x-forwarded-proto");
  return {
    chain: known.length > 0 ? `${known.join(", ")}, ${peer}` : peer,
    client,
    proto: proto === "https" || proto === "http" ? proto : own.proto,
    host: own.host,
  };
}
