// What %environment comes to for engines that read the configuration only: its plain assignments. Whatever takes a shell to
// find out, or depends on who starts the container, is left to the script. Pure.

import { DEFAULT_PATH, imageVariables } from "../../run/environment.ts";
import { expandWord } from "../../run/environment-word.ts";

// Known when a container starts, not when its image is built.
const LATER = new Set([
  ...["HOME", "USER", "LOGNAME", "PWD", "OLDPWD", "SHELL", "TERM", "HOSTNAME", "UID", "EUID", "GID", "TMPDIR", "LANG"],
  ...["PS1", "IFS"],
]);

/** The configuration's `Env` lines with those of the scripts, in their order. */
export function plainEnvironment(base: readonly string[], scripts: readonly string[]): readonly string[] {
  const known = new Map<string, string | undefined>([["PATH", DEFAULT_PATH], ...imageVariables(base)]);
  const exported = new Set(imageVariables(base).map(([name]) => name));
  for (const script of scripts) readScript(script, known, exported);
  return [...exported].flatMap((name) => {
    const value = known.get(name);
    const kept = base.find((line) => line.startsWith(`${name}=`));
    return value === undefined ? (kept ?? []) : `${name}=${value}`;
  });
}

function readScript(script: string, known: Map<string, string | undefined>, exported: Set<string>): void {
  for (const line of script.split("\n").map((text) => text.trim())) {
    if (/^(?:if|for|while|until|case|function|select|\{|\()(?:\s|$)|\(\)\s*\{?$/.test(line)) return;
    const isExport = /^export\s/.test(line);
    const found = assignments(line.replace(/^export\s+/, ""));
    if (found.length === 0) forget(line, known);
    for (const { name, value } of found) {
      if (value !== undefined) known.set(name, LATER.has(name) ? undefined : evaluate(value, known));
      if (isExport && !LATER.has(name)) exported.add(name);
    }
  }
}

// A value that only a shell can find makes everything made of it uncertain.
function forget(line: string, known: Map<string, string | undefined>): void {
  if (!/^(?:export\s+)?[A-Za-z_]\w*=/.test(line)) return;
  for (const [, name = ""] of line.matchAll(/(?:^|\s)([A-Za-z_]\w*)=/g)) known.set(name, undefined);
}

const WORD = /^([A-Za-z_]\w*)(?:=("(?:\\.|[^"\\])*"|'[^']*'|[^\s;&|<>()'"\\`*?~#[\]]*))?(?=\s|;|$)\s*/;

// None at all when a part of the line is something else: a command with variables of its own.
function assignments(line: string): { readonly name: string; readonly value: string | undefined }[] {
  const found: { name: string; value: string | undefined }[] = [];
  let rest = line.replace(/\s#.*$|;\s*$/, "");
  while (rest !== "") {
    const [whole, name, value] = WORD.exec(rest) ?? [];
    if (whole === undefined || whole === "" || name === undefined) return [];
    found.push({ name, value });
    rest = rest.slice(whole.length);
  }
  return found;
}

function evaluate(word: string, known: ReadonlyMap<string, string | undefined>): string | undefined {
  if (word.startsWith("'")) return word.slice(1, -1);
  let uncertain = false;
  const text = word.startsWith('"') ? word.slice(1, -1) : word;
  const value = expandWord(text, (name) => {
    uncertain ||= LATER.has(name) || (known.has(name) && known.get(name) === undefined);
    return known.get(name) ?? "";
  });
  return uncertain ? undefined : value;
}
