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
  if (query.length < HEAD || (query.readUInt8(2) & 0x80) !== 0) return undefined;
  if ((query.readUInt16BE(2) & OPCODE) !== 0) return bare(query, NOT_IMPLEMENTED);
  const asked = isModest(query) ? parse(query) : undefined;
  if (!asked) return bare(query, FORMAT_ERROR);
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
const HEAD = 12;

// What comes back says no more than who was asked: a forged query must not make a larger answer.
function bare(query: Buffer, flags: number): Buffer {
  return encode({ type: "response", id: query.readUInt16BE(0), flags });
}

// One question (as every server has it), no answers, and the few records of EDNS, signatures and transfers: more would only
// cost time.
function isModest(query: Buffer): boolean {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => query.readUInt16BE(at));
  return questions === 1 && answers === 0 && (authorities ?? 0) <= 1 && (additionals ?? 0) <= 4;
}

interface Decision {
  readonly flags: number;
  readonly answers: Answer[];
  readonly authorities: Answer[];
}

function decide(asked: DecodedPacket, zone: Zone): Decision {
  const nothing = { answers: [], authorities: [] };
  const [question] = asked.questions ?? [];
  if (!question) return { flags: FORMAT_ERROR, ...nothing };
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
  // Of everything one kind is enough, and a smaller gift to who forges askers (RFC 8482, 4.1).
  const wanted = type === "ANY" ? own[0]?.type : type;
  return own.filter((record) => record.type === wanted);
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

// A question that would be written otherwise than it was asked (a name of strange bytes, or a pointer into the head) cannot be
// repeated in an answer.
function parse(query: Buffer): DecodedPacket | undefined {
  try {
    const asked = decode(query);
    const question = encode({ type: "query", questions: asked.questions ?? [] }).subarray(HEAD);
    return question.equals(query.subarray(HEAD, HEAD + question.length)) ? asked : undefined;
  } catch {
    return undefined;
  }
}

function clamp(size: number): number {
  return Math.min(LARGEST_UDP, Math.max(PLAIN_UDP, size));
}
