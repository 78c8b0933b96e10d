// IPv4 networks as they are written: `10.99.0.0/16`. Knows nothing of engines.

import { BlockList, isIPv4 } from "node:net";

/** A network: its address and how many bits of it count. */
export interface Network {
  readonly address: string;
  readonly bits: number;
}

/** The network that a text is; undefined for any other text. */
export function networkOf(text: string): Network | undefined {
  const [, address = "", digits = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const bits = Number(digits);
  return isIPv4(address) && digits !== "" && bits <= 32 ? { address, bits } : undefined;
}

/** True when the one is the other or a part of it; false for what is no network. */
export function isPartOf(part: string, whole: string): boolean {
  const inner = networkOf(part);
  const outer = networkOf(whole);
  if (!inner || !outer || inner.bits < outer.bits) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits, "ipv4");
  return list.check(inner.address, "ipv4");
}
