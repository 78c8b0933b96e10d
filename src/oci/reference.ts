// The grammar of image references (distribution-spec "Pulling manifests"; the name rules that every engine shares):
// [host[:port]/]path[:tag][@digest]. Knows nothing of transports, networks or configuration.

import { type Digest, parseDigest } from "../base/digest.ts";
import { fail } from "./errors.ts";
import { pointer } from "./reference-pointer.ts";

/** A parsed image reference; at least one of tag and digest is present. */
export interface Reference {
  /** Host, with the port when one was written: `registry.example`, `[::1]:5000`; `docker.io` for the hub. */
  readonly registry: string;
  /** Path below the registry: `library/alpine`. */
  readonly repository: string;
  /** `latest` when neither tag nor digest was written. With a digest beside it, it is a remark: the digest decides. */
  readonly tag?: string;
  readonly digest?: Digest;
}

/** The registry of short names. */
export const HUB = "docker.io";

const MAX_NAME = 255;
const MAX_TAG = 128;
// Name, tag and the longest digest; anything beyond cannot be right and is not worth pointing into.
const MAX_TEXT = MAX_NAME + 1 + MAX_TAG + 1 + "sha512:".length + 128;

/** @throws an E_REFERENCE_… failure that points at the offending column */
export function parseReference(text: string): Reference {
  if (text === "") throw fail("E_REFERENCE_EMPTY");
  if (text.length > MAX_TEXT) {
    throw fail("E_REFERENCE_LENGTH", { what: "the whole", got: text.length, max: MAX_TEXT });
  }
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
  if (scheme) throw fail("E_REFERENCE_SCHEME", { scheme: scheme[0], pointer: pointer(text, 0) });
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : digestAt(text, at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const bracketed = named.startsWith("[") && !named.includes("/");
  const tag = colon < 0 || bracketed ? undefined : tagAt(text, colon + 1, named.length);
  const name = tag === undefined ? named : named.slice(0, colon);
  const { registry, repository } = splitName(text, name);
  return {
    registry,
    repository,
    ...(tag !== undefined || digest === undefined ? { tag: tag ?? "latest" } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The reference in full: registry, path, and whatever it has of tag and digest. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

function digestAt(text: string, start: number): Digest {
  try {
    return parseDigest(text.slice(start));
  } catch {
    throw fail("E_REFERENCE_DIGEST", { pointer: pointer(text, start + digestFault(text.slice(start))) });
  }
}

// Where a digest stops being one: the first wrong character, or the end when it is too short.
function digestFault(digest: string): number {
  const algorithm = /^sha(?:256|512):/.exec(digest)?.[0];
  if (algorithm === undefined) return 0;
  const good = /^[0-9a-f]*/.exec(digest.slice(algorithm.length))?.[0].length ?? 0;
  return algorithm.length + Math.min(good, algorithm === "sha256:" ? 64 : 128);
}

function tagAt(text: string, start: number, end: number): string {
  const tag = text.slice(start, end);
  const good = /^[A-Za-z0-9_][A-Za-z0-9_.-]*/.exec(tag)?.[0].length ?? 0;
  if (good === tag.length && tag.length > 0 && tag.length <= MAX_TAG) return tag;
  const fault = Math.min(good, MAX_TAG);
  const found = tag === "" ? "nothing after the colon" : fault === MAX_TAG ? "too long" : quoted(tag.charAt(fault));
  throw fail("E_REFERENCE_TAG", { found, pointer: pointer(text, start + fault) });
}

// The first part is a host when it has a dot or a colon, or is "localhost". This is the rule of every engine, so that
// the same words mean the same image everywhere; but "Org/tool" is a mistake here, not a host of one label.
function splitName(text: string, name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hosted = slash >= 0 && (/[.:[\]]/.test(first) || first === "localhost");
  if (!hosted && name.startsWith("[")) throw fail("E_REFERENCE_HOST", { pointer: pointer(text, 0) });
  const start = hosted ? slash + 1 : 0;
  const path = name.slice(start);
  checkPath(text, path, start);
  const registry = hosted ? checkHost(text, first) : HUB;
  const repository = registry === HUB && !path.includes("/") ? `library/${path}` : path;
  if (registry.length + 1 + repository.length > MAX_NAME) {
    throw fail("E_REFERENCE_LENGTH", { what: "the name", got: registry.length + 1 + repository.length, max: MAX_NAME });
  }
  return { registry, repository };
}

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:.]{2,45}\\])(?=$|:)`);

/** A registry's `host[:port]` alone, in the form it has in references. @throws E_REFERENCE_HOST, E_REFERENCE_PORT */
export function parseHost(text: string): string {
  return checkHost(text, text);
}

function checkHost(text: string, host: string): string {
  const name = HOST.exec(host)?.[0];
  if (name === undefined) throw fail("E_REFERENCE_HOST", { pointer: pointer(text, 0) });
  const port = host.slice(name.length);
  if (port !== "" && !(/^:[0-9]{1,5}$/.test(port) && Number(port.slice(1)) >= 1 && Number(port.slice(1)) <= 65535)) {
    throw fail("E_REFERENCE_PORT", { pointer: pointer(text, name.length + 1) });
  }
  if (name.startsWith("[") && !URL.canParse(`http://${name}/`)) {
    throw fail("E_REFERENCE_HOST", { pointer: pointer(text, 1) });
  }
  const lower = host.toLowerCase();
  return lower === "index.docker.io" || lower === "registry-1.docker.io" ? HUB : lower;
}

function checkPath(text: string, path: string, start: number): void {
  const part = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  const good = new RegExp(`^(?:${part}(?:/${part})*)?`).exec(path)?.[0].length ?? 0;
  if (path !== "" && good === path.length) return;
  const upper = path.search(/[A-Z]/);
  // Reported first: the usual mistake, and the one with a certain cure.
  if (upper >= 0) {
    throw fail("E_REFERENCE_UPPERCASE", { lower: path.toLowerCase(), pointer: pointer(text, start + upper) });
  }
  const fault = path.charAt(good);
  // A separator is wrong because of what follows it; point there.
  const column = /[/._-]/.test(fault) ? good + (/^(?:__|[/._]|-+)/.exec(path.slice(good))?.[0].length ?? 0) : good;
  const found = column >= path.length ? "nothing" : quoted(path.charAt(column));
  throw fail("E_REFERENCE_PATH", { found, pointer: pointer(text, start + column) });
}

function quoted(character: string): string {
  return character === '"' ? "a quotation mark" : `"${character}"`;
}
