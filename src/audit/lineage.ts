// How many of an image's lowest layers are its base's: proven by the diff ids of a base that somebody knows, else guessed from
// the history, or from what is in the lowest. Pure.

import type { LayerRecord } from "./layer-record.ts";
import type { AuditedBase, HistoryEntry } from "./types.ts";

/** A base image by its layers. */
export interface KnownBase {
  /** As people name it: `site.example/base/debian:13`. */
  readonly name: string;
  /** Digests of its uncompressed layers, the lowest first. */
  readonly diffIds: readonly string[];
}

/** What an image's base is looked for in. */
export interface LineageFacts {
  /** Of the layers, the lowest first. */
  readonly diffIds: readonly (string | undefined)[];
  readonly history: readonly HistoryEntry[];
  /** The lowest layer holds a whole distribution. */
  readonly firstIsSystem: boolean;
}

/** What layers, history and content say of the base; undefined: nothing. A known base that reaches furthest wins over any guess. */
export function findBase(
  { diffIds, history, firstIsSystem }: LineageFacts,
  known: readonly KnownBase[],
): AuditedBase | undefined {
  const proven = known
    .filter((base) => base.diffIds.length > 0 && base.diffIds.every((id, index) => id === diffIds[index]))
    .toSorted((one, other) => other.diffIds.length - one.diffIds.length)[0];
  if (proven) return { name: proven.name, layers: proven.diffIds.length, by: "layers" };
  const layers = guessedLayers(history, diffIds.length);
  if (layers > 0) return { name: undefined, layers, by: "history" };
  return firstIsSystem && diffIds.length > 1 ? { name: undefined, layers: 1, by: "content" } : undefined;
}

const SYSTEM_FILES = /^(?:etc|usr\/lib)\/os-release$/;
const PACKAGE_FILES =
  /^(?:var\/lib\/dpkg\/status$|(?:usr\/)?lib\/apk\/db\/installed$|(?:var\/lib|usr\/lib\/sysimage)\/rpm\/)/;

/** True for a layer that says which distribution it is, and has its package manager's records. */
export function isSystem({ entries }: Pick<LayerRecord, "entries">): boolean {
  return entries.some(({ path }) => SYSTEM_FILES.test(path)) && entries.some(({ path }) => PACKAGE_FILES.test(path));
}

const START = /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:CMD|ENTRYPOINT)\b/;
const ROOT_ARCHIVE = /(?:ADD|COPY) \S+ (?:in )?\/(?:\s|$)|debootstrap|mmdebstrap|debuerreotype|^# [\w.-]+\.sh |rootfs/i;

// A base sets how it starts before somebody builds on it, so the last start that other layers follow is the end of the base.
// Where there is none, a layer that is a whole system is one.
function guessedLayers(history: readonly HistoryEntry[], layers: number): number {
  const makers = history.filter(({ empty }) => !empty);
  if (makers.length !== layers) return 0;
  const lastMaker = history.findLastIndex(({ empty }) => !empty);
  const start = history.findLastIndex(
    ({ empty, createdBy }, index) => index < lastMaker && empty && START.test(createdBy),
  );
  if (start >= 0) return history.slice(0, start).filter(({ empty }) => !empty).length;
  const [first] = makers;
  return layers > 1 && first && ROOT_ARCHIVE.test(`${first.createdBy} ${first.comment}`) ? 1 : 0;
}
