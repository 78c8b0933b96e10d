// Every key of a recipe held against the table of keys: unknown ones are errors, refused ones too, ignored ones are stated.

import { didYouMean } from "../../base/nearest.ts";
import { children, type Field, items, keyOf } from "./fields.ts";
import { KEY_RULES, KEYS_BELOW } from "./keys.ts";
import type { Notebook } from "./notebook.ts";
import { isNothing } from "./tree.ts";

/** Notes what is to be said of the keys below a field. `quiet`: only unknown keys, because the rest is not deployed. */
export function checkKeys(field: Field, path: string, notebook: Notebook, quiet = false): void {
  const allowed = KEYS_BELOW.get(path);
  if (allowed === undefined) return;
  if (!mayBe(field, path, allowed)) notebook.error(field, `${keyOf(field)} is a map of keys`);
  if (allowed.has("[]")) for (const item of items(field)) checkKeys(item, `${path}[]`, notebook, quiet);
  for (const [key, value] of children(field)) {
    if (allowed.has("*")) checkKeys(value, `${path}.*`, notebook, quiet);
    else checkKey(key, value, path, allowed, notebook, quiet);
  }
}

/** A word or a list where keys are expected would be dropped without a word; unless it is a short form of them. */
function mayBe({ node }: Field, path: string, allowed: ReadonlySet<string>): boolean {
  if (node.kind === "map" || isNothing(node)) return true;
  const hasKeys = [...allowed].some((key) => key !== "*" && key !== "[]");
  if (!hasKeys || (node.kind === "list" && allowed.has("[]"))) return true;
  return node.kind === "scalar" && /(?:\[\]|\.extends|\.external|\.ulimits\.\*)$/.test(path);
}

function checkKey(
  key: string,
  value: Field,
  path: string,
  allowed: ReadonlySet<string>,
  notebook: Notebook,
  quiet: boolean,
): void {
  if (key.startsWith("x-")) return;
  const whole = path === "" ? key : `${path}.${key}`;
  const rule = KEY_RULES.get(whole);
  if (rule === undefined) {
    if (allowed.has(key)) checkKeys(value, whole, notebook, quiet);
    else unknownKey(key, value, path, allowed, notebook);
  } else if (rule.treatment === "used" || rule.treatment === "emulated") checkKeys(value, whole, notebook, quiet);
  else if (!quiet && !isOff(value)) {
    if (rule.treatment === "refused") notebook.refuse(value, `${key} cannot be honoured: ${rule.reason}`, rule.cure);
    else notebook.warn(value, `${key} has no effect: ${rule.reason}`, rule.cure);
  }
}

function unknownKey(key: string, value: Field, path: string, allowed: ReadonlySet<string>, notebook: Notebook): void {
  const known = notebook.full() ? [] : [...allowed].filter((name) => name !== "[]");
  notebook.error(
    value,
    `${key} is no key ${placeName(path)}`,
    didYouMean(key, known).hint ?? "extensions begin with x-",
  );
}

/** Nothing, `false` and empty collections ask for nothing. */
function isOff({ node }: Field): boolean {
  if (node.kind === "scalar") return node.value === null || node.value === false;
  return node.kind === "list" ? node.items.length === 0 : node.entries.size === 0;
}

function placeName(path: string): string {
  if (path === "") return "of a compose file";
  const words = path.replaceAll(".*", "").replaceAll("[]", "").split(".");
  if (words.length === 1) return `of ${NAMES[words[0] ?? ""] ?? words[0]}`;
  return `of ${words.slice(1).join(".")}`;
}

const NAMES: Readonly<Record<string, string>> = {
  services: "a service",
  networks: "a network",
  volumes: "a volume",
  secrets: "a secret",
  configs: "a config",
};
