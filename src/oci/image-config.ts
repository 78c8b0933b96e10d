// Reads image configurations (image-spec config.md). Strangers wrote them: every field is checked, and what Docker's
// older versions wrote differently (null for nothing, one string for a list) is put right here and nowhere else.

import { fail } from "./errors.ts";
import { asObject, asString, asStringMap, asStrings, type JsonObject, jsonObject } from "./json.ts";
import type { ImageConfig, ImageManifest, RuntimeConfig } from "./types.ts";

/** Bytes. Real ones are a few KiB; labels and history can make them larger. */
export const MAX_CONFIG = 8 * 1024 * 1024;

/**
 * Reads a configuration and checks that it belongs to a manifest of so many layers; `what` names the image in errors.
 *
 * @throws E_CONFIG_SIZE, E_CONFIG_INVALID
 */
export function parseImageConfig(bytes: Uint8Array, manifest: ImageManifest, what: string): ImageConfig {
  if (bytes.length > MAX_CONFIG) throw fail("E_CONFIG_SIZE", { what, got: bytes.length, max: MAX_CONFIG });
  const document = jsonObject(bytes);
  if (document === undefined) throw fail("E_CONFIG_INVALID", { what, why: "it is not a JSON object" });
  const diffIds = asStrings(asObject(document["rootfs"])?.["diff_ids"] ?? []);
  if (diffIds === undefined) throw fail("E_CONFIG_INVALID", { what, why: "rootfs.diff_ids is not a list of strings" });
  if (diffIds.length !== manifest.layers.length) {
    const why = `it lists ${diffIds.length} layers, the manifest ${manifest.layers.length}`;
    throw fail("E_CONFIG_INVALID", { what, why });
  }
  const runtime = asObject(document["config"]);
  return {
    os: asString(document["os"]) || "linux",
    architecture: asString(document["architecture"]) || "unknown",
    ...strings(document, "variant", "created"),
    ...(runtime === undefined ? {} : { config: parseRuntime(runtime, what) }),
    rootfs: { type: "layers", diff_ids: diffIds },
  };
}

function parseRuntime(runtime: JsonObject, what: string): RuntimeConfig {
  const labels = asStringMap(runtime["Labels"]);
  const texts = strings(runtime, "User", "WorkingDir", "StopSignal");
  for (const [name, text] of Object.entries(texts)) refuseNul(text, name, what);
  return {
    ...texts,
    ...lists(runtime, what, "Env", "Entrypoint", "Cmd", "Shell"),
    ...(labels === undefined ? {} : { Labels: labels }),
    ...sets(runtime, "ExposedPorts", "Volumes"),
  };
}

function strings<Name extends string>(object: JsonObject, ...names: readonly Name[]): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = asString(object[name]);
    if (value) found[name] = value;
  }
  return found;
}

function lists<Name extends string>(
  object: JsonObject,
  what: string,
  ...names: readonly Name[]
): Partial<Record<Name, readonly string[]>> {
  const found: Partial<Record<Name, readonly string[]>> = {};
  for (const name of names) {
    const value = object[name];
    if (value === undefined || value === null) continue;
    const list = typeof value === "string" ? [value] : asStrings(value);
    if (list === undefined) throw fail("E_CONFIG_INVALID", { what, why: `config.${name} is not a list of strings` });
    for (const word of list) refuseNul(word, name, what);
    found[name] = list;
  }
  return found;
}

// A NUL would end the word early on its way to exec, or be no path.
function refuseNul(text: string, name: string, what: string): void {
  if (text.includes("\0")) throw fail("E_CONFIG_INVALID", { what, why: `config.${name} has a NUL character` });
}

function sets<Name extends string>(
  object: JsonObject,
  ...names: readonly Name[]
): Partial<Record<Name, Readonly<Record<string, object>>>> {
  const found: Partial<Record<Name, Readonly<Record<string, object>>>> = {};
  for (const name of names) {
    const value = asObject(object[name]);
    if (value) found[name] = Object.fromEntries(Object.keys(value).map((key) => [key, {}]));
  }
  return found;
}
