// What an authoritative server answers (RFC 1034, 1035; negative answers RFC 2308; EDNS RFC 6891): bytes in, bytes out.
// It answers for its zone, refuses everything else, and never asks others.

import { type Answer, AUTHORITATIVE_ANSWER, type DecodedPacket, decode, encode, TRUNCATED_RESPONSE } from "dns-packet";
import type { Zone, ZoneRecord } from "./zone.ts";

const FORMAT_ERROR = 1;
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;
const REFUSED = 5;

/** Over UDP, unless the asker says how much it takes. */
const PLAIN_UDP = 512;
/** More than this is cut in pieces on the way. */
const LARGEST_UDP = 1232;
const LARGEST_TCP = 65_535;
const OPCODE = 0x7800;
const ALIASES = 8;

/** Answers a query; undefined: nothing is to be said (it is no query, or no DNS at all). */
export function answerQuery(query: Buffer, zone: Zone, over: "udp" | "tcp"): Buffer | undefined {
  // An answer to an answer would go on for ever.
  if (query.length < 12 || (query.readUInt8(2) & 0x80) !== 0) return undefined;
  const asked = parse(query);
  if (!asked) return encode({ type: "response", id: query.readUInt16BE(0), flags: FORMAT_ERROR });
  const edns = asked.additionals?.find((record) => record.type === "OPT");
  const room = over === "tcp" ? LARGEST_TCP : edns ? clamp(edns.udpPayloadSize) : PLAIN_UDP;
  const { flags, answers, authorities } = decide(asked, zone);
  const head = { type: "response", id: asked.id ?? 0, questions: asked.questions ?? [] } as const;
  const kept = (asked.flags ?? 0) & RECURSION_ASKED;
  const additionals: Answer[] = edns ? [ednsAnswer()] : [];
  const whole = encode({ ...head, flags: flags | kept, answers, authorities, additionals });
  if (whole.length <= room) return whole;
  return encode({ ...head, flags: flags | kept | TRUNCATED_RESPONSE, additionals });
}

const RECURSION_ASKED = 0x0100;

interface Decision {
  readonly flags: number;
  readonly answers: Answer[];
  readonly authorities: Answer[];
}

function decide(asked: DecodedPacket, zone: Zone): Decision {
  const nothing = { answers: [], authorities: [] };
  if (((asked.flags ?? 0) & OPCODE) !== 0) return { flags: NOT_IMPLEMENTED, ...nothing };
  const [question, ...more] = asked.questions ?? [];
  if (!question || more.length > 0) return { flags: FORMAT_ERROR, ...nothing };
  const name = question.name.toLowerCase();
  const inZone = name === zone.origin || name.endsWith(`.${zone.origin}`);
  // Transfers, too: the zone file is for those who need all of it.
  if (!inZone || (question.class ?? "IN") !== "IN" || ["AXFR", "IXFR"].includes(question.type))
    return { flags: REFUSED, ...nothing };
  const records = find(zone, name, question.type);
  const soa = soaRecord(zone);
  if (question.type === "SOA" && name === zone.origin)
    return { flags: AUTHORITATIVE_ANSWER, answers: [soa], authorities: [] };
  if (records.length > 0)
    return { flags: AUTHORITATIVE_ANSWER, answers: records.map((record) => toAnswer(record, zone)), authorities: [] };
  const flags = AUTHORITATIVE_ANSWER | (zone.names.has(name) ? 0 : NO_SUCH_NAME);
  return { flags, answers: [], authorities: [soa] };
}

// An alias is answered together with what it stands for, as long as that is ours.
function find(zone: Zone, name: string, type: string, depth = 0): readonly ZoneRecord[] {
  const own = zone.records.get(name) ?? [];
  const alias = own.find((record) => record.type === "CNAME");
  if (alias && type !== "CNAME" && type !== "ANY")
    return depth < ALIASES ? [alias, ...find(zone, alias.data, type, depth + 1)] : [alias];
  return own.filter((record) => type === "ANY" || record.type === type);
}

function toAnswer({ type, name, data }: ZoneRecord, { ttl }: Zone): Answer {
  return { type, name, data, ttl, class: "IN" };
}

function soaRecord({ origin, serial, contact, ttl, nameServers }: Zone): Answer {
  const times = { refresh: 3600, retry: 600, expire: 604_800, minimum: ttl };
  const data = { mname: nameServers[0] ?? origin, rname: contact, serial, ...times };
  return { type: "SOA", name: origin, ttl, class: "IN", data };
}

function ednsAnswer(): Answer {
  const fixed = { extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] };
  return { type: "OPT", name: ".", udpPayloadSize: LARGEST_UDP, ...fixed };
}

function parse(query: Buffer): DecodedPacket | undefined {
  try {
    return decode(query);
  } catch {
    return undefined;
  }
}

function clamp(size: number): number {
  return Math.min(LARGEST_UDP, Math.max(PLAIN_UDP, size));
}
