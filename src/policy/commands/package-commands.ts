// What a command asks a package manager for: one form for all of them, so that practices name no manager's options twice.
// Sees through `python -m pip`, `conda run`, `corepack`. Knows no rule.

import type { Range } from "../../base/source.ts";
import type { CommandView, WordView } from "../recipe-view/types.ts";
import { type CommandLine, cutOptions, hasFlag, optionOf } from "./options.ts";
import {
  GRAMMARS,
  type ManagerGrammar,
  type PackageAction,
  type PackageManager,
  SYSTEM_MANAGERS,
} from "./package-managers.ts";
import { type PackageRequest, readRequest } from "./package-specs.ts";
import { readRCall } from "./r-packages.ts";
import { isOpen, plainText, renamed } from "./words.ts";

/** One call of a package manager. */
export interface PackageCommand extends CommandLine {
  readonly manager: PackageManager;
  readonly action: PackageAction;
  /** As written: `install`, `env create`, `-Syu`; empty: none. */
  readonly subcommand: string;
  /** Where the subcommand stands; the program's name when there is none. */
  readonly actionRange: Range;
  /** Operands behind the subcommand. */
  readonly packages: readonly PackageRequest[];
  /** From the first operand to the last. */
  readonly operandRange: Range | undefined;
  /** Fetches the index of packages, by itself or by an option. */
  readonly refreshes: boolean;
  /** Brings installed packages to their newest versions. */
  readonly upgrades: boolean;
  /** The command after `python -m` and its kin are taken off. */
  readonly command: CommandView;
}

// Some twenty practices ask the same of the same commands; most commands are none.
const CANDIDATES =
  /^(apt|yum|dnf|microdnf|tdnf|zypper|apk|pacman|yay|paru|pip|conda|mamba|micromamba|npm|yarn|pnpm|gem|go|cargo|[Rr]|python|pypy|littler|install)/;
const KNOWN = new WeakMap<CommandView, PackageCommand | "none">();

/** The call of a package manager that a command is; undefined: it is none. */
export function packageCommand(command: CommandView): PackageCommand | undefined {
  if (command.name === undefined || !CANDIDATES.test(command.name)) return undefined;
  const known = KNOWN.get(command);
  if (known !== undefined) return known === "none" ? undefined : known;
  const call = readCommand(command);
  KNOWN.set(command, call ?? "none");
  return call;
}

function readCommand(command: CommandView): PackageCommand | undefined {
  const inner = innerCommand(command);
  const { name } = inner;
  if (name === undefined || name === "") return undefined;
  if (/^(R|Rscript|littler|r|install2\.r|installGithub\.r)$/.test(name)) return rCommand(inner);
  const grammar = GRAMMARS.find(({ names }) => names.test(name));
  if (!grammar) return undefined;
  return grammar.manager === "pacman" ? pacmanCommand(inner, grammar) : plainCommand(inner, grammar);
}

/** A manager of what the distribution brings. */
export function isSystem({ manager }: { readonly manager: PackageManager }): boolean {
  return SYSTEM_MANAGERS.includes(manager);
}

/** One of the family of apt-get. */
export function isApt({ manager }: { readonly manager: PackageManager }): boolean {
  return manager === "apt-get" || manager === "apt" || manager === "aptitude";
}

/** One of the family of yum. */
export function isYum({ manager }: { readonly manager: PackageManager }): boolean {
  return manager === "yum" || manager === "dnf" || manager === "microdnf" || manager === "tdnf";
}

/** One of the family of conda. */
export function isConda({ manager }: { readonly manager: PackageManager }): boolean {
  return manager === "conda" || manager === "mamba" || manager === "micromamba";
}

/** Installs packages of the distribution. */
export function installsSystem(call: PackageCommand): boolean {
  return isSystem(call) && call.action === "install";
}

// `conda run -n app python -m pip …` is two deep; nobody goes further.
const DEEPEST = 4;

function innerCommand(command: CommandView): CommandView {
  let inner = command;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const next = startedBy(inner);
    if (!next) break;
    inner = next;
  }
  return inner;
}

/** The command that a command starts with its own words; undefined: it starts none. */
function startedBy(command: CommandView): CommandView | undefined {
  const { words, name = "" } = command;
  if (/^(python|pypy)[\d.]*$/.test(name)) {
    const module = words.findIndex((word) => plainText(word) === "-m");
    // Behind a script they are the script's own.
    const own = words.slice(0, Math.max(0, module)).every((word) => plainText(word).startsWith("-"));
    const program = words[module + 1];
    return module >= 0 && own && program ? renamed(command, program, words.slice(module + 2)) : undefined;
  }
  const runs = /^(conda|mamba|micromamba)$/.test(name) && words[0]?.value === "run";
  return runs ? runCommand(command, words.slice(1)) : undefined;
}

const RUN_VALUED = ["-n", "--name", "-p", "--prefix", "--cwd", "-r", "--root-prefix", "--env"];

// `conda run -n env --no-capture-output pip install x`.
function runCommand(command: CommandView, words: readonly WordView[]): CommandView | undefined {
  let at = 0;
  for (let word = words[at]; word && plainText(word).startsWith("-"); word = words[at]) {
    at += RUN_VALUED.includes(plainText(word)) ? 2 : 1;
  }
  const name = words[at];
  return name ? renamed(command, name, words.slice(at + 1)) : undefined;
}

function plainCommand(command: CommandView, grammar: ManagerGrammar): PackageCommand {
  const line = cutOptions(command.words, grammar);
  const [first, second, ...rest] = line.operands;
  const one = first ? plainText(first) : "";
  const two = second ? `${one} ${plainText(second)}` : "";
  const double = Object.hasOwn(grammar.actions, two);
  const subcommand = double ? two : one;
  const operands = double ? rest : line.operands.slice(1);
  const action = actionOf(grammar, subcommand);
  const packages = requestsOf(grammar.manager, subcommand, operands, line);
  return {
    ...line,
    open: line.open || (first !== undefined && isOpen(first)),
    manager: grammar.manager,
    action,
    subcommand,
    actionRange: double && first && second ? span(first.range, second.range) : (first?.range ?? command.nameRange),
    packages,
    operandRange: rangeOf(operands),
    refreshes: refreshes(grammar.manager, action, line),
    upgrades: action === "upgrade",
    command,
  };
}

function actionOf({ manager, actions }: ManagerGrammar, subcommand: string): PackageAction {
  // `yarn` alone installs what the project needs.
  if (manager === "yarn" && subcommand === "") return "install";
  return Object.hasOwn(actions, subcommand) ? (actions[subcommand] ?? "other") : "other";
}

function requestsOf(
  manager: PackageManager,
  subcommand: string,
  operands: readonly WordView[],
  line: CommandLine,
): readonly PackageRequest[] {
  const group = /group/.test(subcommand) || subcommand === "module install";
  const version = ["gem", "cargo"].includes(manager) ? optionOf(line, "-v", "--version", "--vers") : undefined;
  return operands.map((word) => {
    const read = readRequest(manager, word);
    if (group) return { ...read, kind: "group" };
    return version && read.version === undefined ? { ...read, version: version.text } : read;
  });
}

function refreshes(manager: PackageManager, action: PackageAction, line: CommandLine): boolean {
  if (action === "refresh") return true;
  if (manager === "apk") return hasFlag(line, "-U", "--update", "--update-cache", "--no-cache");
  // They look whether their index is old by themselves.
  return ["yum", "dnf", "microdnf", "tdnf", "zypper"].includes(manager) && ["install", "upgrade"].includes(action);
}

function pacmanCommand(command: CommandView, grammar: ManagerGrammar): PackageCommand {
  const line = cutOptions(command.words, grammar);
  const { flags, operands } = line;
  const sync = flags.has("-S") || flags.has("--sync");
  const refresh = sync && (flags.has("-y") || flags.has("--refresh"));
  const upgrade = sync && (flags.has("-u") || flags.has("--sysupgrade"));
  const clean = sync && (flags.has("-c") || flags.has("--clean"));
  const adds = (sync && !clean) || flags.has("-U") || flags.has("--upgrade");
  const word = command.words.find((each) => /^-[SURQ]|^--(sync|upgrade|remove|query)$/.test(plainText(each)));
  let action: PackageAction = "other";
  if (clean) action = "clean";
  else if (flags.has("-R") || flags.has("--remove")) action = "remove";
  else if (adds && operands.length > 0) action = "install";
  else if (upgrade) action = "upgrade";
  else if (refresh) action = "refresh";
  return {
    ...line,
    manager: "pacman",
    action,
    subcommand: word ? plainText(word) : "",
    actionRange: word?.range ?? command.nameRange,
    packages: operands.map((operand) => readRequest("pacman", operand)),
    operandRange: rangeOf(operands),
    refreshes: refresh,
    upgrades: upgrade,
    command,
  };
}

function rCommand(command: CommandView): PackageCommand | undefined {
  const call = readRCall(command);
  if (!call) return undefined;
  return {
    ...cutOptions(command.words, { valued: ["-e", "--eval"] }),
    manager: "R",
    action: "install",
    subcommand: "",
    actionRange: call.word.range,
    packages: call.packages,
    operandRange: call.word.range,
    refreshes: false,
    upgrades: false,
    command,
  };
}

function span(first: Range, last: Range): Range {
  return { start: first.start, end: Math.max(first.end, last.end) };
}

function rangeOf(words: readonly WordView[]): Range | undefined {
  const [first] = words;
  const last = words.at(-1);
  return first && last ? span(first.range, last.range) : undefined;
}
