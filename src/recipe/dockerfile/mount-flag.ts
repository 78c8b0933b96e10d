// `RUN --mount=type=…,target=…`: the flag's value as data. Variables must be expanded field by field before the values
// mean anything, so that the fields are cut first.

import { nearest } from "../../base/nearest.ts";
import { fail } from "../errors.ts";

const TYPES = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;
const SHARING = ["shared", "private", "locked"] as const;
const KEYS = [
  "type",
  "from",
  "source",
  "target",
  "readonly",
  "readwrite",
  "required",
  "size",
  "id",
  "sharing",
] as const;
const MORE_KEYS = ["mode", "uid", "gid", "env"] as const;
const SAME: Readonly<Record<string, string>> = {
  src: "source",
  dst: "target",
  destination: "target",
  ro: "readonly",
  rw: "readwrite",
};

/** The kinds of a mount. */
export type MountType = (typeof TYPES)[number];

/** A mount of a RUN, as the flag says it; what it leaves out is undefined. */
export interface MountFlag {
  readonly type: MountType;
  readonly from: string | undefined;
  readonly source: string | undefined;
  readonly target: string | undefined;
  /** Cache and tmpfs are writable unless said otherwise, everything else is not. */
  readonly readOnly: boolean;
  /** Of secret and ssh: it is a failure when the caller gives none. */
  readonly required: boolean;
  readonly id: string | undefined;
  /** Of a secret: the variable that takes its content. */
  readonly env: string | undefined;
  readonly sharing: (typeof SHARING)[number];
  /** Of a tmpfs, in bytes. */
  readonly size: number | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

type Fields = Map<string, string | undefined>;

/**
 * Parses the value of a `--mount`.
 * @param expand takes the variables out of one value
 * @throws E_RECIPE_MOUNT, and what `expand` throws
 */
export function parseMountFlag(text: string, expand: (value: string) => string = (value) => value): MountFlag {
  const fields = fieldsOf(text, expand);
  const type = oneOf(text, "type", fields.get("type") ?? "bind", TYPES);
  const only = (key: string, types: readonly MountType[]) => {
    if (!fields.has(key) || types.includes(type)) return fields.get(key);
    throw refuse(text, `${key} has no meaning for type ${type}`, `it belongs to ${types.join(", ")}`);
  };
  const number = (key: string, base: 8 | 10) => numberOf(text, key, only(key, ["cache", "secret", "ssh"]), base);
  const size = only("size", ["tmpfs"]);
  const sharing = only("sharing", ["cache"]);
  only("from", ["bind", "cache", "tmpfs", "ssh"]);
  only("required", ["secret", "ssh"]);
  const mount: MountFlag = {
    type,
    from: fields.get("from"),
    source: fields.get("source"),
    target: fields.get("target"),
    readOnly: readOnlyOf(text, fields, type),
    required: switchOf(text, fields, "required") ?? false,
    id: fields.get("id"),
    env: only("env", ["secret"]),
    sharing: oneOf(text, "sharing", sharing ?? "shared", SHARING),
    size: size === undefined ? undefined : sizeOf(text, size),
    mode: number("mode", 8),
    uid: number("uid", 10),
    gid: number("gid", 10),
  };
  return checked(text, mount);
}

function refuse(mount: string, reason: string, advice = "see the table of flags in the documentation"): Error {
  return fail("E_RECIPE_MOUNT", { mount, reason, advice });
}

function fieldsOf(text: string, expand: (value: string) => string): Fields {
  const fields: Fields = new Map();
  for (const field of csvFields(text)) {
    const equals = field.indexOf("=");
    const written = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    const key = SAME[written] ?? written;
    const known = [...KEYS, ...MORE_KEYS];
    if (!known.some((name) => name === key)) {
      const near = nearest(key, known);
      const advice = near === undefined ? `it takes ${known.join(", ")}` : `did you mean ${near}?`;
      throw refuse(text, `it has no option ${written}`, advice);
    }
    const bare = ["readonly", "readwrite", "required"].includes(key);
    if (equals < 0 && !bare) throw refuse(text, `${written} needs a value`, `write ${written}=VALUE`);
    fields.set(key, equals < 0 ? undefined : expand(field.slice(equals + 1)));
  }
  return fields;
}

// One line of comma-separated values: a field in double quotes may hold commas, and doubled quotes.
function csvFields(text: string): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    let field = "";
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') field += text[at];
        else if (text[at + 1] === '"') field += text[at++];
        else break;
      }
      if (text[at++] !== '"') throw refuse(text, "a quote is not closed", "close it, or leave the quotes out");
      if (at < text.length && text[at] !== ",") throw refuse(text, "there is text behind a closing quote");
    } else {
      for (; at < text.length && text[at] !== ","; at++) field += text[at];
    }
    fields.push(field);
  }
  return fields;
}

function oneOf<T extends string>(text: string, key: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value.toLowerCase());
  if (found === undefined) throw refuse(text, `${key} cannot be ${value}`, `it may be ${allowed.join(", ")}`);
  return found;
}

function switchOf(text: string, fields: Fields, key: string): boolean | undefined {
  if (!fields.has(key)) return undefined;
  const value = fields.get(key);
  if (value === undefined || /^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw refuse(text, `${key} is true or false, not ${value}`);
}

// Of several, the last one counts.
function readOnlyOf(text: string, fields: Fields, type: MountType): boolean {
  const readOnly = switchOf(text, fields, "readonly");
  const writable = switchOf(text, fields, "readwrite");
  const keys = [...fields.keys()];
  if (writable !== undefined && keys.lastIndexOf("readwrite") > keys.lastIndexOf("readonly")) return !writable;
  return readOnly ?? !(type === "cache" || type === "tmpfs");
}

function numberOf(text: string, key: string, value: string | undefined, base: 8 | 10): number | undefined {
  if (value === undefined) return undefined;
  const good = base === 8 ? /^[0-7]{1,5}$/ : /^\d{1,10}$/;
  const number = Number.parseInt(value, base);
  if (good.test(value) && number <= 0xffff_ffff) return number;
  throw refuse(text, `${key} cannot be ${value}`, base === 8 ? "write octal digits, such as 0755" : "write a number");
}

const UNITS: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

function sizeOf(text: string, value: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([kmgtp]?)(?:i?b)?$/i.exec(value);
  const bytes = Number(match?.[1]) * 1024 ** (UNITS[(match?.[2] ?? "").toLowerCase()] ?? 0);
  if (match && Number.isSafeInteger(Math.trunc(bytes))) return Math.trunc(bytes);
  throw refuse(text, `size cannot be ${value}`, "write a number of bytes, or such as 64m");
}

function checked(text: string, mount: MountFlag): MountFlag {
  const { type, id, source, target, env } = mount;
  if (type === "secret" && source !== undefined && id !== undefined) {
    throw refuse(text, "source and id say the same", "leave one of them out");
  }
  const named = id ?? source ?? target ?? env;
  if (type === "secret" && named === undefined) throw refuse(text, "it does not say which secret", "add id=NAME");
  if (target === undefined && (type === "bind" || type === "cache" || type === "tmpfs")) {
    throw refuse(text, "it has no target", "add target=/FOLDER");
  }
  return mount;
}
