// Changes a file of stored logins: one entry in, one entry out, everything else kept as it was, written in one step
// with mode 0600.

import { mkdir, readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { publishFile } from "../../base/publish.ts";
import { asObject, type JsonObject, jsonObject } from "../json.ts";
import { HUB } from "../reference.ts";
import { HUB_KEY, keyName } from "./auth-file.ts";
import { fail } from "./errors.ts";

/** The key under which a registry's login is written. */
function keyFor(name: string): string {
  return name === HUB ? HUB_KEY : name;
}

/** Writes the login for `host[:port][/path]`. @throws E_AUTHFILE_READ, E_AUTHFILE_INVALID, system errors */
export async function storeLogin(
  path: string,
  name: string,
  login: { readonly username: string; readonly password: string; readonly insecure?: boolean },
): Promise<void> {
  const auth = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  const entry = { auth, ...(login.insecure ? { insecure: true } : {}) };
  const document = await readDocument(path);
  await writeAuths(path, document, { ...without(document, name), [keyFor(name)]: entry });
}

/** Removes the login for `host[:port][/path]`, under whatever spelling; false when there was none. */
export async function removeLogin(path: string, name: string): Promise<boolean> {
  const document = await readDocument(path);
  const before = asObject(document["auths"]) ?? {};
  const after = without(document, name);
  if (Object.keys(after).length === Object.keys(before).length) return false;
  await writeAuths(path, document, after);
  return true;
}

function without(document: JsonObject, name: string): JsonObject {
  const entries = Object.entries(asObject(document["auths"]) ?? {});
  return Object.fromEntries(entries.filter(([key]) => keyName(key) !== name));
}

async function readDocument(path: string): Promise<JsonObject> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return Buffer.alloc(0);
    throw fail("E_AUTHFILE_READ", { path, why: reasonOf(cause) }, { cause });
  });
  const document = bytes.length === 0 ? {} : jsonObject(bytes);
  // Writing over a file we cannot read would lose somebody's logins.
  if (document === undefined) throw fail("E_AUTHFILE_INVALID", { path, why: "it is not a JSON object" });
  return document;
}

async function writeAuths(path: string, document: JsonObject, auths: JsonObject): Promise<void> {
  // A link in a home folder kept elsewhere stays a link.
  const target = await realpath(path).catch(() => path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ ...document, auths }, null, 2)}\n`;
  await publishFile(target, 0o600, async (file) => {
    await file.writeFile(text);
  });
}
