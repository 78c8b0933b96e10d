// One package as a command asks for it: its name and which version. Every manager writes that differently. Knows no rule.

import type { Range } from "../../base/source.ts";
import type { WordView } from "../recipe-view/types.ts";
import type { PackageManager } from "./package-managers.ts";
import { plainText } from "./words.ts";

/** What a command asks a package manager for. */
export interface PackageRequest {
  /** Without version, channel, extras; variables that are not known stay in it. */
  readonly name: string;
  /** As written, with its operator where it is not plain equality; undefined: none is given. */
  readonly version: string | undefined;
  /**
   * `package`: by name; `group`: of packages; `file`: a local path; `url`: from the network, a version may be in it;
   * `open`: a variable or a substitution that nobody knows.
   */
  readonly kind: "package" | "group" | "file" | "url" | "open";
  readonly range: Range;
  readonly word: WordView;
}

type Parts = Pick<PackageRequest, "name" | "version" | "kind">;

/** Reads one operand of a package manager. */
export function readRequest(manager: PackageManager, word: WordView): PackageRequest {
  const text = plainText(word).trim();
  const parts =
    /^[$`]/.test(text) && word.value === undefined && !/[=@<>~]/.test(text) ? open(text) : read(manager, text);
  return { ...parts, range: word.range, word };
}

function read(manager: PackageManager, text: string): Parts {
  if (isUrl(text)) return { name: text, version: refOf(text), kind: "url" };
  if (isPath(text)) return { name: text, version: undefined, kind: "file" };
  return READERS[manager](text);
}

function open(name: string): Parts {
  return { name, version: undefined, kind: "open" };
}

function isUrl(text: string): boolean {
  return (
    /^(git\+|hg\+|svn\+|bzr\+)?[a-z][a-z+.]*:\/\//i.test(text) || /^(git\+|git@|github:|gitlab:|bitbucket:)/.test(text)
  );
}

const PACKAGE_FILE = /\.(deb|rpm|apk|whl|gem|tgz|crate|tar(\.\w+)?|zip|egg|conda|pkg\.tar\.\w+)(\[.*\])?$/i;

function isPath(text: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|~\/|file:)/.test(text) || text.startsWith(".[") || PACKAGE_FILE.test(text);
}

// The ref of `git+https://h/r@v1`, `github:u/r#v1`, or the version in the name of an archive.
function refOf(url: string): string | undefined {
  const path = url.replace(/^[^:]*:(\/\/[^/]*)?/, "");
  const ref = /@([^@/#]+)(#.*)?$/.exec(path)?.[1] ?? /#(?!egg=|subdirectory=)(.+)$/.exec(path)?.[1];
  return ref ?? /[-_/@]v?(\d+(\.\d+)+[^/]*)/.exec(path)?.[1] ?? /\/([0-9a-f]{7,40})(\.\w+)*$/.exec(path)?.[1];
}

const READERS: Readonly<Record<PackageManager, (text: string) => Parts>> = {
  "apt-get": debian,
  apt: debian,
  aptitude: debian,
  yum: red,
  dnf: red,
  microdnf: red,
  tdnf: red,
  zypper: suse,
  apk: (text) => operated(text, /[=<>~]+/),
  pacman: (text) => operated(text, /[=<>]+/),
  pip: python,
  conda,
  mamba: conda,
  micromamba: conda,
  npm: node,
  yarn: node,
  pnpm: node,
  gem: (text) => separated(text, ":"),
  go: (text) => (/^\.{1,3}(\/|$)/.test(text) ? { name: text, version: undefined, kind: "file" } : separated(text, "@")),
  cargo: (text) => separated(text, "@"),
  R: (text) => separated(text, "@"),
};

function operated(text: string, operator: RegExp): Parts {
  const match = operator.exec(text);
  if (!match || match.index === 0) return { name: text, version: undefined, kind: "package" };
  const sign = match[0] === "=" || match[0] === "==" ? "" : match[0];
  const version = text.slice(match.index + match[0].length).trim();
  return {
    name: text.slice(0, match.index).trim(),
    version: version === "" ? undefined : sign + version,
    kind: "package",
  };
}

function separated(text: string, separator: string): Parts {
  const at = text.lastIndexOf(separator);
  if (at <= 0) return { name: text, version: undefined, kind: "package" };
  return { name: text.slice(0, at), version: text.slice(at + 1) || undefined, kind: "package" };
}

function debian(text: string): Parts {
  if (text.endsWith("^")) return { name: text.slice(0, -1), version: undefined, kind: "group" };
  const { name, version } = operated(text, /=/);
  return { name: name.replace(/\/.*$/, "").replace(/:\w+$/, ""), version, kind: "package" };
}

const RPM_ARCH = /\.(x86_64|noarch|i[36]86|aarch64|ppc64le|s390x)$/;

function red(text: string): Parts {
  if (text.startsWith("@")) return { name: text.slice(1), version: undefined, kind: "group" };
  const bare = text.replace(RPM_ARCH, "");
  // `gcc-4.8.5-44.el7`, `epel-release-7-9`; but `java-1.8.0-openjdk` and `gcc-toolset-12` are names.
  const match = /^(.+?)-((?:\d+:)?\d[\w.+~^*]*(?:-[\d$*][\w.+~^*]*)?)$/.exec(bare) ?? /^(.+?)-(\$\w+|\*)$/.exec(bare);
  const [, name = bare, version = ""] = match ?? [];
  if (
    version === "" ||
    (/^\d+$/.test(version) && /toolset|^python|^llvm|^clang|^gcc|^postgresql|^libstdc/.test(name))
  ) {
    return { name: bare, version: undefined, kind: "package" };
  }
  return { name, version, kind: "package" };
}

function suse(text: string): Parts {
  if (/^(pattern|patch|product):/.test(text)) return { name: text, version: undefined, kind: "group" };
  const parts = operated(text, /[=<>]+/);
  return parts.version === undefined ? { ...red(text), kind: "package" } : parts;
}

function python(text: string): Parts {
  const [plain = ""] = text.split(";");
  const direct = /^([\w.-]+)\s*(?:(\[[^\]]*\])\s*)?@\s*(\S+)$/.exec(plain);
  if (direct) return { name: direct[1] ?? "", version: refOf(direct[3] ?? "") ?? direct[3], kind: "url" };
  const parts = operated(plain, /[=<>!~]+/);
  return { ...parts, name: parts.name.replace(/(?<!\s)\s*\[[\s\S]*$/, "").trim() };
}

function conda(text: string): Parts {
  const bare = text
    .replace(/^[^:=<>]*::/, "")
    .replace(/\[(?<=^[^[]*\[).*\]$/, (options) => (/version/.test(options) ? options : ""));
  const match = /^([\w.$-]+?)\s*(?:\[.*version\s*=|[=<>!~ ]+)(.+)$/.exec(bare);
  if (!match) return { name: bare, version: undefined, kind: "package" };
  return { name: match[1] ?? bare, version: (match[2] ?? "").replace(/^['"]|['"\]]{1,9}$/g, ""), kind: "package" };
}

function node(text: string): Parts {
  const at = text.lastIndexOf("@");
  if (at > 0) return { name: text.slice(0, at), version: text.slice(at + 1) || undefined, kind: "package" };
  // `user/repository#ref` is a place on a code host.
  if (!text.startsWith("@") && text.includes("/")) return { name: text, version: refOf(`x:${text}`), kind: "url" };
  return { name: text, version: undefined, kind: "package" };
}
