// A document of Shifter's collections (spec/shifter.md 3.1, 1.3) as what berth records of an image or a lookup. Documents
// were written by several versions over years: everything is checked, and what cannot be used says why. Pure.

import type { Document } from "./documents.ts";

/** An image as Shifter knows it. */
export interface ShifterImage {
  readonly system: string;
  readonly itype: string;
  readonly id: string;
  readonly tags: readonly string[];
  readonly format: string;
  readonly private: boolean;
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly env: readonly string[];
  readonly entry: readonly string[] | null;
  readonly workdir: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly arch: string;
  readonly os: string;
  readonly lastPull: number;
  readonly expires: number | null;
  /** Of imports. */
  readonly importedFrom: string | undefined;
}

export interface ShifterLookup {
  readonly user: string;
  readonly uid: number;
  readonly system: string;
  readonly itype: string;
  readonly tag: string;
  readonly id: string;
  readonly time: number;
}

/** What a document is. */
export type Read =
  | { readonly kind: "image"; readonly image: ShifterImage }
  | { readonly kind: "lookup"; readonly lookup: ShifterLookup }
  | { readonly kind: "nothing"; readonly why: string };

/** Reads a document; `nothing` for those without a use here. */
export function readShifterDocument(document: Document): Read {
  if (typeof document["status"] === "string") return readImage(document);
  if (typeof document["time"] === "number" && "tag" in document) return readLookup(document);
  return nothing("it is neither an image nor a lookup");
}

function readImage(document: Document): Read {
  const status = String(document["status"]);
  if (status !== "READY" && status !== "SUCCESS") return nothing(`its status is ${status}`);
  const [system, id] = [text(document["system"]), text(document["id"])];
  if (!system) return nothing("it names no system");
  // The id is a file's name, a digest in hex whichever of Shifter's clients made it.
  if (!id || !/^[0-9a-f]{32,128}$/.test(id)) return nothing("its id is no name of a file");
  const format = text(document["format"]) ?? "squashfs";
  if (!["squashfs", "ext4", "xfs"].includes(format)) return nothing(`its format is ${format}`);
  const lists = { users: numbers(document["userACL"]), groups: numbers(document["groupACL"]) };
  const image = {
    ...{ system, id, format, ...lists },
    itype: text(document["itype"]) ?? "docker",
    tags: [...new Set(texts(document["tag"]))],
    private: document["private"] === true,
    env: texts(document["ENV"]),
    entry: entryOf(document["ENTRY"]),
    workdir: text(document["WORKDIR"]) ?? null,
    labels: labelsOf(document["LABELS"]),
    arch: text(document["arch"]) ?? "amd64",
    os: text(document["os"]) ?? "linux",
    lastPull: seconds(document["last_pull"]) ?? 0,
    expires: seconds(document["expiration"]) ?? null,
    importedFrom: text(document["filepath"]),
  };
  return { kind: "image", image };
}

function readLookup(document: Document): Read {
  const [system, tag, user] = [text(document["system"]), text(document["tag"]), text(document["user"])];
  const [id, time] = [text(document["id"]), seconds(document["time"])];
  if (!system || !tag || !id || time === undefined) return nothing("a lookup lacks its system, tag, id or time");
  const uid = document["uid"];
  const whole = typeof uid === "number" && Number.isSafeInteger(uid) && uid >= 0;
  const itype = text(document["type"]) ?? "docker";
  return { kind: "lookup", lookup: { user: user ?? "", uid: whole ? uid : 65534, system, itype, tag, id, time } };
}

function nothing(why: string): Read {
  return { kind: "nothing", why };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value !== "MISSING" ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === "string" && item !== "" && !/[\x00-\x1f]/.test(item));
}

function numbers(value: unknown): readonly number[] {
  const list = Array.isArray(value) ? value : [];
  return [...new Set(list.map(Number))].filter((id) => Number.isSafeInteger(id) && id >= 0 && id < 2 ** 32 - 1);
}

function seconds(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

function entryOf(value: unknown): readonly string[] | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(String);
  const word = text(value);
  return word === undefined ? null : [word];
}

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
