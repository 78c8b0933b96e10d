// What commands fetch from the network, and into which file: wget, curl, aria2c, axel, git clone, ADD. Knows no rule.

import type { Range } from "../../base/source.ts";
import type { CommandView, StepView, WordView } from "../recipe-view/types.ts";
import { type CommandLine, cutOptions, hasFlag, type OptionTable, optionOf } from "./options.ts";
import { resolvePath } from "./path-globs.ts";
import { baseName, plainText } from "./words.ts";

export interface Download {
  readonly tool: "wget" | "curl" | "aria2c" | "axel" | "git" | "ADD";
  /** Variables that are not known stay in it. */
  readonly url: string;
  readonly range: Range;
  /**
   * What it becomes: a file, for git a folder; absolute where the folder is known. Undefined: it goes to standard output, or
   * nobody knows its name.
   */
  readonly file: string | undefined;
  /** To standard output: into a pipe, a variable or a redirection. */
  readonly stdout: boolean;
  readonly flags: ReadonlySet<string>;
  readonly options: CommandLine["options"];
}

const WGET: OptionTable = {
  valued: [
    ...["-O", "--output-document", "-P", "--directory-prefix", "-o", "--output-file", "-a", "--append-output", "-t"],
    ...["--tries", "-T", "--timeout", "-w", "--wait", "-U", "--user-agent", "--header", "--user", "--password"],
    ...["-e", "--execute", "-i", "--input-file", "-Q", "-l", "--level", "-A", "-R", "-D", "--post-data", "--method"],
    ...["--ca-certificate", "--certificate", "--private-key", "--progress", "--limit-rate", "--body-data"],
    ...["--waitretry", "--read-timeout", "--connect-timeout", "--dns-timeout", "--load-cookies", "-I", "-X", "-B"],
  ],
};

const CURL: OptionTable = {
  valued: [
    ...["-o", "--output", "--output-dir", "-H", "--header", "-d", "--data", "--data-raw", "--data-binary", "-X"],
    ...["--request", "-u", "--user", "-A", "--user-agent", "-e", "--referer", "-b", "--cookie", "-c", "--cookie-jar"],
    ...["-x", "--proxy", "-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay", "--retry-max-time"],
    ...["-w", "--write-out", "-F", "--form", "-T", "--upload-file", "--cacert", "--capath", "-E", "--cert", "--key"],
    ...["-r", "--range", "-C", "--continue-at", "--url", "-K", "--config", "--proto", "--proto-default", "--ciphers"],
    ...["--proto-redir", "--max-redirs", "--limit-rate", "--tls-max", "--pinnedpubkey", "-D", "--dump-header", "-z"],
    ...["--resolve", "--interface", "-y", "-Y", "--speed-limit", "--speed-time", "--stderr", "--unix-socket"],
  ],
};

const ARIA: OptionTable = {
  valued: [
    ...["-o", "--out", "-d", "--dir", "-x", "-s", "-j", "-k", "-i", "--input-file", "--checksum", "--header", "-l"],
    ...["--max-tries", "--retry-wait", "-t", "-m", "-U", "--user-agent"],
  ],
};

const GIT_CLONE: OptionTable = {
  valued: [
    ...["-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "--reference", "-j", "--jobs", "-u"],
    ...["--upload-pack", "--template", "--separate-git-dir", "--filter", "--shallow-since", "--shallow-exclude"],
    ...["--server-option", "--bundle-uri", "--revision"],
  ],
};

/** What a command fetches; nothing for commands that fetch nothing. */
export function downloads(command: CommandView): readonly Download[] {
  switch (command.name) {
    case "wget":
    case "wget2":
      return fetched(command, "wget", cutOptions(command.words, WGET));
    case "curl":
      return fetched(command, "curl", cutOptions(command.words, CURL));
    case "aria2c":
      return fetched(command, "aria2c", cutOptions(command.words, ARIA));
    case "axel":
      return fetched(command, "axel", cutOptions(command.words, { valued: ["-o", "--output", "-n", "-H", "-U"] }));
    case "git":
      return cloned(command);
    default:
      return [];
  }
}

function fetched(
  command: CommandView,
  tool: "wget" | "curl" | "aria2c" | "axel",
  line: CommandLine,
): readonly Download[] {
  const named = line.options.get("--url") ?? [];
  const operands = line.operands.map((word) => ({ url: plainText(word), range: word.range }));
  const all = [...operands, ...named.map(({ text, range }) => ({ url: text, range }))].filter(({ url }) =>
    looksRemote(url),
  );
  const outputs = outputsOf(tool, line);
  return all.map(({ url, range }, index) => {
    const file = tool === "curl" ? outputs[index] : outputs[0];
    const stdout =
      file === "-" || file === "/dev/stdout" || (tool === "curl" && file === undefined && !remoteName(line));
    const { flags, options } = line;
    const redirected = stdout ? redirect(command) : undefined;
    const path = stdout ? redirected : place(command, tool, line, file, url);
    return { tool, url, range, file: path, stdout: stdout && redirected === undefined, flags, options };
  });
}

function redirect(command: CommandView): string | undefined {
  const to = command.redirects.find(
    ({ operator, target }) => /^(>|>>|>\||&>)$/.test(operator) && !/^\d$/.test(target.text),
  );
  return to && resolvePath(plainText(to.target), command.folder);
}

function remoteName(line: CommandLine): boolean {
  return hasFlag(line, "-O", "--remote-name", "--remote-name-all", "-J");
}

function looksRemote(url: string): boolean {
  return /^([a-z][a-z+]*:\/\/|\$|www\.|[\w-]+(\.[\w-]+)+\/)/i.test(url);
}

function outputsOf(tool: Download["tool"], line: CommandLine): readonly string[] {
  const names = {
    wget: ["-O", "--output-document"],
    curl: ["-o", "--output"],
    aria2c: ["-o", "--out"],
    axel: ["-o", "--output"],
  };
  const list = tool in names ? names[tool as keyof typeof names] : [];
  return list.flatMap((name) => line.options.get(name) ?? []).map(({ text }) => text);
}

function place(command: CommandView, tool: Download["tool"], line: CommandLine, file: string | undefined, url: string) {
  const folder = optionOf(
    line,
    ...(tool === "wget" ? ["-P", "--directory-prefix"] : ["-d", "--dir", "--output-dir"]),
  )?.text;
  // What wget is given with -O is not put below -P.
  const base =
    folder === undefined || (tool === "wget" && file !== undefined)
      ? command.folder
      : resolvePath(folder, command.folder);
  const name = file ?? remoteFile(url);
  return name === undefined ? undefined : resolvePath(name, base);
}

/** The name that a URL's content gets by itself. */
export function remoteFile(url: string): string | undefined {
  const path = url.replace(/[?#].*$/, "").replace(/^[a-z+]+:\/\/[^/]*/i, "");
  return baseName(path) || undefined;
}

function cloned(command: CommandView): readonly Download[] {
  const clone = gitSubcommand(command);
  if (clone?.name !== "clone") return [];
  const line = cutOptions(clone.words, GIT_CLONE);
  const [source, target] = line.operands;
  if (!source) return [];
  const url = plainText(source);
  const name = target ? plainText(target) : (remoteFile(url) ?? baseName(url)).replace(/\.git$/, "");
  const { flags, options } = line;
  const folder = clone.folder === undefined ? command.folder : resolvePath(clone.folder, command.folder);
  return [{ tool: "git", url, range: source.range, file: resolvePath(name, folder), stdout: false, flags, options }];
}

/** A subcommand of git with the words behind it; `folder`: that of `-C`. */
export interface GitCall {
  readonly name: string;
  readonly words: readonly WordView[];
  readonly folder: string | undefined;
  /** `NAME=value` of `-c`. */
  readonly settings: readonly string[];
}

/** Reads a git command; undefined: it is none. */
export function gitSubcommand(command: CommandView): GitCall | undefined {
  if (command.name !== "git") return undefined;
  const settings: string[] = [];
  let folder: string | undefined;
  for (let at = 0; at < command.words.length; at++) {
    const word = command.words[at];
    const text = word ? plainText(word) : "";
    const next = command.words[at + 1];
    if (!text.startsWith("-")) return { name: text, words: command.words.slice(at + 1), folder, settings };
    if (!["-C", "-c", "--git-dir", "--work-tree", "--exec-path", "--namespace"].includes(text)) continue;
    if (text === "-C" && next) folder = plainText(next);
    if (text === "-c" && next) settings.push(plainText(next));
    at += 1;
  }
  return undefined;
}

/** What an ADD fetches. */
export function addDownloads(step: StepView): readonly Download[] {
  if (step.keyword !== "ADD") return [];
  const instruction = step.instruction?.keyword === "ONBUILD" ? step.instruction.trigger : step.instruction;
  const flags = new Set(instruction?.flags.map(({ name }) => `--${name}`));
  return step.copies.flatMap(({ sources, target }) =>
    sources
      .filter(({ remote }) => remote)
      .map(({ text, range }) => {
        const name = remoteFile(text);
        const folder = target === undefined || !target.endsWith("/") ? target : `${target}${name ?? ""}`;
        return { tool: "ADD" as const, url: text, range, file: folder, stdout: false, flags, options: new Map() };
      }),
  );
}
