// The keys of a registry's table, as registries.conf (version 2) names them, wherever the table was written.

import { asObject, asString, type JsonObject } from "../json.ts";
import { fail } from "./errors.ts";
import type { MirrorRule, RegistryRule } from "./registries-model.ts";

/** The rules of a list of tables, from TOML or YAML alike. @throws E_REGISTRIES_CONF */
export function parseRules(list: unknown, path: string): readonly RegistryRule[] {
  if (!Array.isArray(list)) throw fail("E_REGISTRIES_CONF", { path, why: "registry is not a list of tables" });
  return list.map((entry, at) => parseRule(asObject(entry) ?? {}, path, `registry ${at + 1}`));
}

function parseRule(entry: JsonObject, path: string, where: string): RegistryRule {
  const location = place(entry["location"], path, `location of ${where}`);
  const prefix = place(entry["prefix"], path, `prefix of ${where}`) ?? location;
  if (prefix === undefined) throw fail("E_REGISTRIES_CONF", { path, why: `${where} has neither prefix nor location` });
  const mirrors = entry["mirror"] ?? [];
  if (!Array.isArray(mirrors)) throw fail("E_REGISTRIES_CONF", { path, why: `mirror of ${where} is not a list` });
  const byDigest = flag(entry, "mirror-by-digest-only", path);
  return {
    prefix,
    ...(location === undefined || location === prefix ? {} : { location }),
    insecure: flag(entry, "insecure", path),
    blocked: flag(entry, "blocked", path),
    mirrors: mirrors.map((mirror, at) =>
      parseMirror(asObject(mirror) ?? {}, byDigest, path, `${where}, mirror ${at + 1}`),
    ),
    source: path,
  };
}

function parseMirror(entry: JsonObject, byDigest: boolean, path: string, where: string): MirrorRule {
  const location = place(entry["location"], path, `location of ${where}`);
  if (location === undefined) throw fail("E_REGISTRIES_CONF", { path, why: `${where} has no location` });
  const pull = entry["pull-from-mirror"] ?? (byDigest ? "digest-only" : "all");
  if (pull !== "all" && pull !== "digest-only" && pull !== "tag-only") {
    throw fail("E_REGISTRIES_CONF", { path, why: `pull-from-mirror of ${where} is not all, digest-only or tag-only` });
  }
  return { location, insecure: flag(entry, "insecure", path), pull };
}

const PLACE = /^(?:(?:\*\.)?[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?(?:\/[a-z0-9._-]+)*$/;

// host[:port][/path], or *.domain; no scheme: whether TLS is used is another key's business.
function place(value: unknown, path: string, where: string): string | undefined {
  if (value === undefined || value === "") return undefined;
  const text = asString(value)?.replace(/\/+$/, "");
  if (text === undefined || !PLACE.test(text)) {
    throw fail("E_REGISTRIES_CONF", { path, why: `the ${where} is not host[:port][/path]` });
  }
  // References have their hosts in lower case: a rule for another spelling would silently be one for nothing.
  return text.toLowerCase();
}

function flag(entry: JsonObject, key: string, path: string): boolean {
  const value = entry[key] ?? false;
  if (typeof value !== "boolean") throw fail("E_REGISTRIES_CONF", { path, why: `${key} is neither true nor false` });
  return value;
}
