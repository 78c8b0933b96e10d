// Volumes as users and sites write them: `FROM:TO[:FLAG…]`, several joined with `;` (spec/shifter.md 5.5). Only the text is
// judged here; what a path leads to is known when it is mounted. Knows no configuration.

import { defineErrors } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { parsePerNodeCache } from "./volume-cache.ts";
import { cleanPath, refuseSiteTarget, refuseUserTarget } from "./volume-path.ts";
import type { PerNodeCache, Volume } from "./volume-types.ts";

const fail = defineErrors({
  E_VOLUME: {
    text: "Invalid Volume Map: {item}, error {number}: {why}",
    hint: "write FROM:TO[:FLAG…], several joined with ;",
    exit: 1,
  },
  E_VOLUME_FLAG: { text: "Invalid Volume Map: {item}: {why}", hint: "{advice}", exit: 1 },
});

/** Who wrote a volume decides where it may go and which flags it may have. */
type Writer = "user" | "site";

/** Shifter's numbers of what is wrong with a volume. */
const WRONG_PATH = 1;
const FLAG_NOT_ALLOWED = 2;
const FLAG_REPEATED = 3;
const TWO_PROPAGATIONS = 4;

const FLAGS = ["ro", "rec", "slave", "private", "perNodeCache"] as const;
type Flag = (typeof FLAGS)[number];
const USER_FLAGS: readonly Flag[] = ["ro", "perNodeCache"];

/** The volumes of a user (`--volume`, SHIFTER_VOLUME), in their order. @throws E_VOLUME, E_VOLUME_FLAG */
export function parseUserVolumes(text: string): Volume[] {
  return parseVolumes(text, "user");
}

/** The volumes of a site (`siteFs`), in their order; TO may be left out. @throws E_VOLUME, E_VOLUME_FLAG */
export function parseSiteVolumes(text: string): Volume[] {
  return parseVolumes(text, "site");
}

/** The volumes as one text that does not depend on their order: what shifterConfig.json calls volMap. */
export function volumeSignature(volumes: readonly Volume[]): string {
  return volumes.map(formatVolume).sort().join(";");
}

/** One volume as it is written; parsing it gives the same volume. */
export function formatVolume({ from, to, readonly, recursive, propagation, cache }: Volume): string {
  const flags = [
    ...(readonly ? ["ro"] : []),
    ...(recursive ? ["rec"] : []),
    ...(cache ? [formatCache(cache)] : []),
    ...(propagation ? [propagation] : []),
  ];
  return [from, to, ...flags].join(":");
}

function formatCache({ size, blockSize, method, fs }: PerNodeCache): string {
  return `perNodeCache=size=${size},bs=${blockSize},method=${method},fstype=${fs}`;
}

/** The volumes of a list, each as it was written. Quotes may stand around one of them or several. */
export function splitVolumes(text: string): readonly string[] {
  const bare = text.replace(/(^|;)\s*"([^"]*)"\s*(?=;|$)/g, "$1$2");
  const items = bare.split(";").map((item) => item.trim());
  return items.filter((item) => item !== "");
}

function parseVolumes(text: string, writer: Writer): Volume[] {
  return splitVolumes(text).map((item) => parseVolume(item, writer));
}

function parseVolume(item: string, writer: Writer): Volume {
  const [from = "", second, ...words] = item.split(":").map((part) => part.trim());
  const badPath = (why: string) => fail("E_VOLUME", { item, number: WRONG_PATH, why });
  if (!second && writer === "user") throw badPath("it does not say where the volume appears (FROM:TO)");
  const source = cleanPath(from, badPath);
  const target = cleanPath(second || from, badPath);
  const refusal = writer === "user" ? refuseUserTarget(target) : refuseSiteTarget(target);
  if (refusal !== undefined) throw badPath(refusal);
  return { from: source, to: target, ...parseFlags(item, words, writer) };
}

function parseFlags(item: string, words: readonly string[], writer: Writer): Omit<Volume, "from" | "to"> {
  const found = new Map<Flag, string | undefined>();
  const wrong = (number: number, why: string) => fail("E_VOLUME", { item, number, why });
  for (const word of words.filter((part) => part !== "")) {
    const [flag, value] = parseFlag(item, word);
    if (writer === "user" && !USER_FLAGS.includes(flag)) throw wrong(FLAG_NOT_ALLOWED, `only a site may use ${flag}`);
    if (found.has(flag)) throw wrong(FLAG_REPEATED, `the flag ${flag} stands there twice`);
    found.set(flag, value);
  }
  if (found.has("slave") && found.has("private")) throw wrong(TWO_PROPAGATIONS, "slave and private exclude each other");
  const cache = found.get("perNodeCache");
  const propagation = found.has("slave") ? "slave" : found.has("private") ? "private" : undefined;
  return {
    readonly: found.has("ro"),
    recursive: found.has("rec"),
    ...(propagation ? { propagation } : {}),
    ...(cache === undefined ? {} : { cache: parsePerNodeCache(cache, (why) => badFlag(item, why)) }),
  };
}

function parseFlag(item: string, word: string): readonly [Flag, string | undefined] {
  const at = word.indexOf("=");
  const name = at < 0 ? word : word.slice(0, at);
  const flag = FLAGS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (!flag) throw badFlag(item, `Unknown flag ${name}`, adviceFor(name));
  if (flag === "perNodeCache") return [flag, at < 0 ? "" : word.slice(at + 1)];
  if (at >= 0) throw badFlag(item, `the flag ${flag} takes no arguments`, `write ${flag} alone`);
  return [flag, undefined];
}

function adviceFor(name: string): string {
  if (name.includes(",")) return "flags are separated by colons, not by commas";
  const meant = nearest(name, FLAGS);
  return meant === undefined ? `flags are ${FLAGS.join(", ")}` : `did you mean ${meant}?`;
}

function badFlag(
  item: string,
  why: string,
  advice = "write perNodeCache=size=100G[,bs=1M][,fs=xfs][,method=loop]",
): Error {
  return fail("E_VOLUME_FLAG", { item, why, advice });
}
