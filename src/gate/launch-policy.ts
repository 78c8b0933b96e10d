// What a machine demands of images before they start: one small JSON file, `/etc/berth/image-policy.json`, since every start reads it.
// What is not understood stops the launch: a demand that is passed over would let everything through.

import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { reasonOf } from "../base/errors.ts";
import { asObject, asString, asStrings, jsonObject } from "../oci/json.ts";
import { fail } from "./errors.ts";

/** The demands of a machine. */
export interface LaunchPolicy {
  /** Where it was read. */
  readonly path: string;
  /** Images run only from below these; empty: from anywhere (LOC001). */
  readonly folders: readonly AllowedFolder[];
  readonly verdicts: "ignore" | "warn" | "enforce";
  /** Seconds; undefined: images may be of any age. */
  readonly maxAge: number | undefined;
  /** Files of public keys (PEM); empty: signatures of verdicts are not looked at. */
  readonly keys: readonly string[];
}

export interface AllowedFolder {
  readonly path: string;
  /** Names or numbers; undefined: anybody's. */
  readonly owners: readonly string[] | undefined;
  readonly groups: readonly string[] | undefined;
}

const KNOWN = ["folders", "verdicts", "maxAge", "keys", "$schema"];
const MODES = ["ignore", "warn", "enforce"] as const;
const UNITS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 604_800 };

/** Reads the file. @throws E_LAUNCH_POLICY */
export function readLaunchPolicy(path: string): LaunchPolicy {
  const wrong = (why: string) => fail("E_LAUNCH_POLICY", { path, why });
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw wrong(reasonOf(cause));
  }
  const object = jsonObject(bytes);
  if (!object) throw wrong("it is no JSON object");
  const unknown = Object.keys(object).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw wrong(`${unknown} is not known here`);
  const { folders = [], verdicts = "ignore", maxAge, keys = [] } = object;
  const mode = MODES.find((one) => one === verdicts);
  if (!mode) throw wrong(`verdicts is one of ${MODES.join(", ")}`);
  const paths = asStrings(keys);
  if (!paths?.every((key) => isAbsolute(key))) throw wrong("keys is a list of paths");
  if (!Array.isArray(folders)) throw wrong("folders is a list");
  const places = (folders as readonly unknown[]).map((folder) => folderOf(folder, wrong));
  return { path, folders: places, verdicts: mode, maxAge: ageOf(maxAge, wrong), keys: paths };
}

type Wrong = (why: string) => Error;

function folderOf(value: unknown, wrong: Wrong): AllowedFolder {
  const object = typeof value === "string" ? { path: value } : asObject(value);
  const path = asString(object?.["path"]);
  if (path === undefined || !isAbsolute(path)) throw wrong("each of folders is a path, or has one");
  const listOf = (key: "owners" | "groups") => {
    const list = object?.[key];
    const words = list === undefined ? undefined : asStrings(Array.isArray(list) ? list.map(String) : undefined);
    if (list !== undefined && !words) throw wrong(`${key} of ${path} is a list of names or numbers`);
    return words;
  };
  return { path, owners: listOf("owners"), groups: listOf("groups") };
}

function ageOf(value: unknown, wrong: Wrong): number | undefined {
  if (value === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,5})([hdw])$/.exec(String(value)) ?? [];
  const factor = UNITS[unit];
  if (count === undefined || factor === undefined) throw wrong("maxAge is a time such as 30d");
  return Number(count) * factor;
}
