// Sources of ADD that are no files of the context: URLs and git repositories. Pure; the grammar is BuildKit's.

import { posix } from "node:path";
import { fail } from "./errors.ts";

/** A source outside. */
export type Remote = RemoteFile | RemoteTree;

/** A file at a URL. */
export interface RemoteFile {
  readonly kind: "url";
  readonly url: URL;
  /** The name it gets in a destination that is a folder. */
  readonly name: string;
}

/** A git repository, or a folder of one. */
export interface RemoteTree {
  readonly kind: "git";
  readonly remote: string;
  readonly ref: string | undefined;
  /** Below the repository's root; empty for all of it. */
  readonly folder: string;
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean | undefined;
  readonly submodules: boolean;
}

const SCHEME = /^(https?|git|ssh):\/\//i;
// `git@host:path`: a user is needed, or a file's name with a colon would be taken for a host.
const SCP = /^[a-zA-Z0-9_.-]+@[a-zA-Z0-9.-]+:(.*)$/;

/** A source's place in the network; undefined when it is a path. @throws E_ADD_GIT, E_ADD_URL */
export function parseRemote(text: string): Remote | undefined {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return SCP.test(text) && !text.startsWith(".") ? gitSource(text, cut(text)) : undefined;
  if (!URL.canParse(text)) throw fail("E_ADD_URL", { url: withoutLogin(text), why: "it is not a URL" });
  const url = new URL(text);
  if (scheme === "git" || scheme === "ssh" || url.pathname.endsWith(".git")) return gitSource(text, cut(text));
  return { kind: "url", url, name: fileName(url) };
}

/** A text without the logins of the URLs in it. A password may hold an at sign: the last one before the path ends it. */
export function withoutLogin(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^/?#\s]*@/gi, "$1");
}

interface Cut {
  readonly remote: string;
  readonly query: string;
  readonly fragment: string;
}

function cut(text: string): Cut {
  const [, remote = "", query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  return { remote, query, fragment };
}

function gitSource(text: string, { remote, query, fragment }: Cut): RemoteTree {
  const colon = fragment.indexOf(":");
  const queried = gitQuery(text, query);
  const ref = (colon < 0 ? fragment : fragment.slice(0, colon)) || queried.ref;
  const folder = (colon < 0 ? "" : fragment.slice(colon + 1)) || queried.subdir || "";
  // A dash in front would be an option to git.
  if (ref?.startsWith("-"))
    throw fail("E_ADD_GIT", { remote: withoutLogin(text), why: `${ref} cannot be a reference` });
  return {
    kind: "git",
    remote,
    ref,
    folder: posix.join("/", folder).slice(1),
    checksum: queried.checksum,
    keepGitDir: queried.keepGitDir,
    submodules: queried.submodules,
  };
}

function gitQuery(text: string, query: string) {
  const values = new URLSearchParams(query);
  const known = ["ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules"];
  for (const name of values.keys()) {
    if (known.includes(name) && values.getAll(name).length === 1) continue;
    const why = known.includes(name) ? `it has ${name} twice` : `it has ${name}, which is unknown`;
    throw fail("E_ADD_GIT", { remote: withoutLogin(text), why });
  }
  const get = (name: string) => values.get(name) || undefined;
  const flag = (name: string) => (values.has(name) ? !/^(?:0|f|false)$/i.test(values.get(name) ?? "") : undefined);
  const [tag, branch] = [get("tag"), get("branch")];
  return {
    ref: get("ref") ?? (tag && `refs/tags/${tag}`) ?? (branch && `refs/heads/${branch}`),
    subdir: get("subdir"),
    checksum: get("checksum") ?? get("commit"),
    keepGitDir: flag("keep-git-dir"),
    submodules: flag("submodules") ?? true,
  };
}

/** A part of a URL without its escapes; as it is when they are no UTF-8. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function fileName(url: URL): string {
  const name = posix.basename(decoded(url.pathname));
  const odd = name === "" || name === "." || name === ".." || name.includes("\0") || Buffer.byteLength(name) > 255;
  return odd ? "__unnamed__" : name;
}
