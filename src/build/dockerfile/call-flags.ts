// The flags of `berth build` that concern Dockerfiles, from text to the records of a job. Pure but for looking whether a
// socket is one.

import { type Stats, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { parseReference } from "../../oci/reference.ts";
import { parseImageUri } from "../../oci/uri.ts";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import type { NamedContext, SecretSource } from "./job.ts";

/** Where relative paths begin, and where values without text come from. */
export interface CallPlace {
  readonly cwd: string;
  readonly env: Environment;
}

/** `NAME=VALUE`, or a NAME that the environment has a value for; one that has none is left out. */
export function parseAssignments(texts: readonly string[], env: Environment): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? env[name] : text.slice(equals + 1);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** `--label NAME=VALUE`; without a value, an empty one. */
export function parseLabels(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const equals = text.indexOf("=");
      return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

/** `--build-context NAME=FOLDER`, or an image as its value. @throws E_CONTEXT_FLAG, and what image names throw */
export function parseContexts(texts: readonly string[], { cwd }: CallPlace): ReadonlyMap<string, NamedContext> {
  return new Map(texts.map((text) => parseContext(text, cwd)));
}

function parseContext(text: string, cwd: string): readonly [string, NamedContext] {
  const equals = text.indexOf("=");
  const [name, value] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)];
  if (name === "" || value === "") throw fail("E_CONTEXT_FLAG", { text, why: "it needs a name and a value" });
  if (value.startsWith("docker-image://")) {
    const reference = parseReference(value.slice("docker-image://".length));
    return [name, { kind: "image", source: { kind: "docker", reference } }];
  }
  const known = value.replace(/^oci-layout:(?:\/\/)?/, "oci:").replace(/^containers-storage:/, "docker-daemon:");
  if (/^(?:docker|docker-archive|docker-daemon|oci|oci-archive):/.test(known)) {
    return [name, { kind: "image", source: parseImageUri(known) }];
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) {
    throw fail("E_CONTEXT_FLAG", { text, why: "its value is neither a folder nor an image" });
  }
  const path = resolve(cwd, value);
  const info = lookAt(path);
  if (info === undefined) throw fail("E_CONTEXT_FLAG", { text, why: `${path} does not exist` });
  return [name, info.isDirectory() ? { kind: "folder", path } : { kind: "image", source: { kind: "file", path } }];
}

/** `--secret id=NAME,src=FILE|env=VARIABLE`; the file or variable of the id's own name when neither is said. @throws E_SECRET_FLAG */
export function parseSecrets(texts: readonly string[], { cwd, env }: CallPlace): ReadonlyMap<string, SecretSource> {
  return new Map(texts.map((text) => parseSecret(text, cwd, env)));
}

function parseSecret(text: string, cwd: string, env: Environment): readonly [string, SecretSource] {
  const fields = new Map(text.split(",").map(splitField));
  const id = fields.get("id");
  // The value is not repeated: somebody may have written the secret itself.
  if (!id) throw fail("E_SECRET_FLAG", { text: "the value of --secret", why: "it has no id" });
  const type = fields.get("type");
  if (type !== undefined && type !== "file" && type !== "env") {
    throw fail("E_SECRET_FLAG", { text: `--secret id=${id}`, why: "its type is neither file nor env" });
  }
  const file = fields.get("src") ?? fields.get("source");
  const variable = fields.get("env") ?? (type === "env" ? (file ?? id) : undefined);
  if (variable !== undefined) return [id, { kind: "variable", read: () => env[variable] }];
  if (file === undefined && env[id] !== undefined) return [id, { kind: "variable", read: () => env[id] }];
  return [id, { kind: "file", path: resolve(cwd, file ?? id) }];
}

function splitField(field: string): readonly [string, string] {
  const equals = field.indexOf("=");
  return equals < 0 ? [field.trim(), ""] : [field.slice(0, equals).trim(), field.slice(equals + 1)];
}

/** `--ssh default`, `--ssh ID=SOCKET`. @throws E_SSH_FLAG */
export function parseSsh(texts: readonly string[], { cwd, env }: CallPlace): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [id, path] = splitField(text);
      const socket = path || env["SSH_AUTH_SOCK"];
      if (!socket) throw fail("E_SSH_FLAG", { text, why: "SSH_AUTH_SOCK is not set" });
      const absolute = isAbsolute(socket) ? socket : resolve(cwd, socket);
      if (!isSocket(absolute)) throw fail("E_SSH_FLAG", { text, why: `${absolute} is not the socket of an agent` });
      return [id || "default", absolute];
    }),
  );
}

function isSocket(path: string): boolean {
  return lookAt(path)?.isSocket() ?? false;
}

// What cannot be looked at is as good as not there.
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
