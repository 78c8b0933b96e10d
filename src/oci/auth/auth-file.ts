// The file format of stored logins that Docker, Podman and Apptainer share: `auths`, `credHelpers`, `credsStore`.
// Parses text and finds the entry for a name; reads and writes no file.

import { asObject, asString, type JsonObject, jsonObject } from "../json.ts";
import { HUB } from "../reference.ts";
import type { Credential } from "./credential.ts";

/** A parsed file. */
export interface AuthFile {
  readonly path: string;
  /** By key as written: `host[:port][/path]`, or an old URL form. */
  readonly auths: ReadonlyMap<string, JsonObject>;
  /** Program suffix by registry. */
  readonly helpers: ReadonlyMap<string, string>;
  readonly store: string | undefined;
}

/** The key under which Docker keeps the hub's login; Podman reads it too. */
export const HUB_KEY = "https://index.docker.io/v1/";

/** The file's content; undefined when it is not a JSON object. */
export function parseAuthFile(path: string, bytes: Uint8Array): AuthFile | undefined {
  // Some tools leave an empty file behind; it is a file without logins.
  const document = bytes.length === 0 ? {} : jsonObject(bytes);
  if (document === undefined) return undefined;
  const auths = new Map<string, JsonObject>();
  for (const [key, value] of Object.entries(asObject(document["auths"]) ?? {})) {
    const entry = asObject(value);
    if (entry) auths.set(key, entry);
  }
  const helpers = new Map<string, string>();
  for (const [key, value] of Object.entries(asObject(document["credHelpers"]) ?? {})) {
    if (typeof value === "string") helpers.set(key, value);
  }
  return { path, auths, helpers, store: asString(document["credsStore"]) || undefined };
}

/** The login in a file for a registry and a repository below it: the longest key that covers the name. */
export function storedLogin(file: AuthFile, registry: string, repository: string): Credential | undefined {
  const byName = new Map<string, JsonObject>();
  for (const [key, entry] of file.auths) {
    const name = keyName(key);
    // A key in today's form wins over an old URL of the same host.
    if (name === key || !byName.has(name)) byName.set(name, entry);
  }
  for (const name of namesOf(registry, repository)) {
    const entry = byName.get(name);
    const login = entry && entryLogin(entry, file.path);
    if (login) return login;
  }
  return undefined;
}

/** The program that keeps the login of a registry, by this file; its full name is `docker-credential-` and this. */
export function helperFor(file: AuthFile, registry: string, repository: string): string | undefined {
  const byName = new Map([...file.helpers].map(([key, helper]) => [keyName(key), helper]));
  const own = namesOf(registry, repository).find((name) => byName.has(name));
  return (own === undefined ? undefined : byName.get(own)) ?? file.store;
}

/** `host/a/b/c`, `host/a/b`, `host/a`, `host`. */
function namesOf(registry: string, repository: string): readonly string[] {
  const names = [registry];
  for (const part of repository === "" ? [] : repository.split("/")) names.unshift(`${names[0]}/${part}`);
  return names;
}

const HUB_HOSTS = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/** The name that a key stands for: URLs, as Docker wrote them, mean their host; the hub has many names. */
export function keyName(key: string): string {
  const url = /^https?:\/\/([^/]+)/.exec(key)?.[1];
  const name = (url ?? key.replace(/\/(?:v[12]\/?)?$/, "")).toLowerCase();
  return HUB_HOSTS.includes(name) ? HUB : name;
}

function entryLogin(entry: JsonObject, source: string): Credential | undefined {
  const token = asString(entry["identitytoken"]);
  if (token) return { kind: "identity", token, source };
  const bearer = asString(entry["registrytoken"]);
  if (bearer) return { kind: "bearer", token: bearer, source };
  const packed = asString(entry["auth"]);
  if (packed) return unpack(packed, source);
  const [username, password] = [asString(entry["username"]), asString(entry["password"])];
  return username && password !== undefined ? { kind: "password", username, password, source } : undefined;
}

function unpack(packed: string, source: string): Credential | undefined {
  const text = Buffer.from(packed, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return undefined;
  // Old versions of Docker padded the password with NULs.
  const password = text.slice(colon + 1).replace(/\0+$/, "");
  return { kind: "password", username: text.slice(0, colon), password, source };
}
