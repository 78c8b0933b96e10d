// The ports of EXPOSE: `80`, `80/udp`, `8000-8010/tcp`, and the forms with an address and a port of the host in front,
// which mean nothing in an image but are accepted everywhere. Pure.

/** The ports that a word names as `number/protocol`, or what is wrong with it. */
export function parsePorts(word: string): { readonly ports: readonly string[] } | { readonly why: string } {
  const parts = word.split(":");
  const own = parts.at(-1) ?? "";
  const host = parts.length > 1 ? (parts.at(-2) ?? "") : "";
  const slash = own.indexOf("/");
  const [range, protocol] =
    slash < 0 ? [own, "tcp"] : [own.slice(0, slash), own.slice(slash + 1).toLowerCase() || "tcp"];
  if (!["tcp", "udp", "sctp"].includes(protocol))
    return { why: `has the protocol ${protocol}; known are tcp, udp and sctp` };
  const bounds = parseRange(range);
  if (bounds === undefined || (host !== "" && parseRange(host) === undefined)) {
    return { why: "is not a port: write a number from 0 to 65535, or a range such as 8000-8010" };
  }
  const [first, last] = bounds;
  return { ports: Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`) };
}

function parseRange(text: string): readonly [number, number] | undefined {
  const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= 65535 ? [first, last] : undefined;
}
