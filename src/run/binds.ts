// What the caller wants to see in the container: `-B src[:dst[:opts]]` and `--mount type=bind,…` (spec/apptainer.md 1.3).
// Pure parsing; whether the sources exist is checked by bind-sources.ts.

import { posix, resolve } from "node:path";
import { defineErrors } from "../base/errors.ts";
import { splitCsv } from "./environment-overrides.ts";

const fail = defineErrors({
  E_BIND_RELATIVE: {
    text: 'the bind "{text}" has the destination "{target}", which is not an absolute path',
    hint: "write the destination from the root of the container, for example /data",
  },
  E_BIND_OPTION: {
    text: 'the bind "{text}" has the unknown option "{option}"',
    hint: "options are ro, rw, image-src=PATH and id=NUMBER",
  },
  E_BIND_EMPTY: {
    text: 'the bind "{text}" names no source',
    hint: "write SOURCE, SOURCE:DESTINATION or SOURCE:DESTINATION:ro",
  },
  E_MOUNT_TYPE: {
    text: "unsupported mount type \"{type}\", only 'bind' is supported",
    hint: "write --mount type=bind,src=…,dst=…",
  },
  E_MOUNT_FIELD: { text: '--mount "{text}": {reason}', hint: "write --mount type=bind,src=/host/path,dst=/path[,ro]" },
});

/** One wish for a bind mount. */
export interface BindRequest {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute, normalised path in the container. */
  readonly target: string;
  readonly readonly: boolean;
  /** Set when `source` is an image file: the path inside it to bind. */
  readonly imageSource?: string | undefined;
  /** Set when `source` is a SIF: the number of the partition. */
  readonly imageId?: number | undefined;
  /** As it was written, for messages. */
  readonly text: string;
}

/** The binds of one `-B` (comma separated). `cwd` resolves relative sources. @throws E_BIND_RELATIVE, E_BIND_OPTION, E_BIND_EMPTY */
export function parseBindFlag(flag: string, cwd: string): BindRequest[] {
  return joinOptions(splitEscaped(flag, ",")).map((text) => parseBind(text, cwd));
}

/** One `--mount`. @throws E_MOUNT_TYPE, E_MOUNT_FIELD */
export function parseMountFlag(text: string, cwd: string): BindRequest {
  const fields = new Map(splitCsv(text).map((field) => splitOnce(field.trim())));
  const type = fields.get("type");
  if (type !== "bind") throw fail("E_MOUNT_TYPE", { type: type ?? "" });
  const source = fields.get("src") ?? fields.get("source");
  const target = fields.get("dst") ?? fields.get("destination") ?? fields.get("target");
  if (!source) throw fail("E_MOUNT_FIELD", { text, reason: "src is missing" });
  if (!target) throw fail("E_MOUNT_FIELD", { text, reason: "dst is missing" });
  for (const key of fields.keys()) {
    if (!MOUNT_FIELDS.has(key)) throw fail("E_MOUNT_FIELD", { text, reason: `unknown field ${key}` });
  }
  if (!target.startsWith("/")) throw fail("E_BIND_RELATIVE", { text, target });
  const readonly = fields.has("ro") || fields.has("readonly");
  return { source: resolve(cwd, source), target: clean(target), readonly, text, ...imageOptions(fields, text) };
}

/** Binds in the order in which they must be made: an outer destination before what lies in it. */
export function sortBinds(binds: readonly BindRequest[]): BindRequest[] {
  return [...binds].sort((a, b) => depthFirst(a.target, b.target));
}

const MOUNT_FIELDS = new Set([
  "type",
  "src",
  "source",
  "dst",
  "destination",
  "target",
  "ro",
  "readonly",
  "rw",
  "image-src",
  "id",
  "bind-propagation",
]);

function parseBind(text: string, cwd: string): BindRequest {
  const [source, target = source, ...rest] = splitEscaped(text, ":").map(withoutBackslashes);
  if (!source || !target) throw fail("E_BIND_EMPTY", { text });
  if (rest.length > 1) throw fail("E_BIND_OPTION", { text, option: rest.slice(1).join(":") });
  const options = new Map((rest[0] ?? "").split(",").filter(Boolean).map(splitOnce));
  for (const option of options.keys()) {
    if (!["ro", "rw", "image-src", "id"].includes(option)) throw fail("E_BIND_OPTION", { text, option });
  }
  // A source alone is its own destination, so a relative one is completed first.
  const place = rest.length === 0 && target === source ? resolve(cwd, target) : target;
  if (!place.startsWith("/")) throw fail("E_BIND_RELATIVE", { text, target: place });
  const found = imageOptions(options, text);
  return { source: resolve(cwd, source), target: clean(place), readonly: options.has("ro"), text, ...found };
}

function imageOptions(options: ReadonlyMap<string, string>, text: string): { imageSource?: string; imageId?: number } {
  const path = options.get("image-src");
  const id = options.get("id");
  if (id !== undefined && !/^[1-9]\d{0,8}$/.test(id)) throw fail("E_BIND_OPTION", { text, option: `id=${id}` });
  if (path === undefined && id === undefined) return {};
  return { imageSource: clean(path || "/"), ...(id === undefined ? {} : { imageId: Number(id) }) };
}

/** Splits at a separator that is not preceded by a backslash; the backslashes stay. */
function splitEscaped(text: string, separator: "," | ":"): string[] {
  return text.split(separator === "," ? /(?<!\\),/ : /(?<!\\):/);
}

function withoutBackslashes(text: string): string {
  return text.replace(/\\([,:])/g, "$1");
}

// "a:b:ro,image-src=/x,c:d": a piece that can only be an option belongs to the bind before it.
function joinOptions(pieces: readonly string[]): string[] {
  const binds: string[] = [];
  for (const piece of pieces) {
    const last = binds.at(-1);
    const isOption = /^(?:ro|rw|id=\d+|image-src=.*)$/.test(piece);
    if (isOption && last !== undefined && splitEscaped(last, ":").length === 3)
      binds[binds.length - 1] = `${last},${piece}`;
    else if (piece !== "") binds.push(piece);
  }
  return binds;
}

function splitOnce(field: string): [string, string] {
  const equals = field.indexOf("=");
  return equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
}

function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

function depthFirst(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    if (left[index] !== right[index]) return (left[index] ?? "") < (right[index] ?? "") ? -1 : 1;
  }
  return left.length - right.length;
}
