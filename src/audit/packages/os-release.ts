// Which distribution an image is of (os-release(5)): `etc/os-release`, the file of the system that it usually links to, one of
// those that this links to in turn, or, of systems before 2013, one line of Red Hat's.

import type { Distribution } from "../types.ts";
import type { Cataloguer, Found } from "./cataloguer.ts";

/** The administrator's file wins over the system's. */
const PLACES: readonly RegExp[] = [
  /^etc\/os-release$/,
  /^usr\/lib\/os-release$/,
  /^usr\/lib\/os\.release\.d\/os-release-[^/]+$/,
  /^etc\/(?:centos|redhat)-release$/,
];
const MAX_BYTES = 64 * 1024;
const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=(.*)$/;
const RED_HAT_LINE = /^(CentOS|Red Hat|Scientific|Fedora)[A-Za-z ]{0,60}? release (\d{1,3}(?:\.\d{1,3}){0,2})\b/;
const RED_HAT_IDS: Readonly<Record<string, string>> = {
  CentOS: "centos",
  "Red Hat": "rhel",
  Scientific: "scientific",
  Fedora: "fedora",
};

export const osRelease: Cataloguer = {
  name: "os-release",
  wants: (path) => (rankOf(path) < PLACES.length ? { maxBytes: MAX_BYTES } : undefined),
  read(path, bytes): Found {
    const text = bytes.toString("utf8");
    const distribution = parseOsRelease(text) ?? parseRedHatLine(text);
    if (distribution) return { distribution };
    return rankOf(path) === 0 ? { gaps: ["it does not say which distribution this is"] } : {};
  },
};

/** Of several files that name a distribution, that with the least counts. */
export function rankOf(path: string): number {
  const place = PLACES.findIndex((one) => one.test(path));
  return place < 0 ? PLACES.length : place;
}

/** The distribution that the text names; undefined without an ID. */
export function parseOsRelease(text: string): Distribution | undefined {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = ASSIGNMENT.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquoted(value));
  }
  const id = values.get("ID")?.toLowerCase();
  if (!id) return undefined;
  return {
    id,
    version: values.get("VERSION_ID") || undefined,
    codename: values.get("VERSION_CODENAME") || values.get("UBUNTU_CODENAME") || undefined,
    like: (values.get("ID_LIKE") ?? "").split(/\s+/).filter((word) => word !== ""),
    name: values.get("PRETTY_NAME") || values.get("NAME") || undefined,
  };
}

// `CentOS release 6.10 (Final)`.
function parseRedHatLine(text: string): Distribution | undefined {
  const line = text.split("\n", 1)[0]?.trim() ?? "";
  const [, maker, version] = RED_HAT_LINE.exec(line) ?? [];
  const id = maker === undefined ? undefined : RED_HAT_IDS[maker];
  return id === undefined ? undefined : { id, version, codename: undefined, like: ["rhel"], name: line.slice(0, 200) };
}

// The file is a piece of shell without expansions: quotes go around the whole value, a backslash takes the next character as it is.
function unquoted(value: string): string {
  const quote = value[0];
  if (quote === "'") return value.slice(1, value.indexOf("'", 1) < 0 ? undefined : value.indexOf("'", 1));
  const inner = quote === '"' ? value.slice(1, value.endsWith('"') && value.length > 1 ? -1 : undefined) : value;
  return inner.replace(/\\(.)/g, "$1");
}
