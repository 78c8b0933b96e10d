// How lists of unwanted tools become practices: what recipes install, what images have. One function for TOO001 to TOO003.

import { listed } from "../../message.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { allSteps, commandsIn, grouped, written } from "../recipe-parts.ts";
import { type InstalledPackage, installedPackages } from "./installed.ts";
import { DEBUGGING_TOOLS, INTERACTIVE_TOOLS, isListed, REMOTE_TOOLS, type ToolList } from "./tool-lists.ts";

/** Checks of a list; its less grave packages make the case `other`. */
export function checksOf(list: ToolList): {
  readonly recipe: (subject: RecipeSubject) => readonly Hit[];
  readonly image: (subject: AuditSubject) => readonly Hit[] | Hit;
} {
  return { recipe: ({ recipe }) => inRecipe(recipe, list), image: (subject) => inImage(subject, list) };
}

function caseOf(list: ToolList, names: readonly string[]): string | undefined {
  return list.grave && !names.some((name) => isListed(list.grave ?? [], name)) ? "other" : undefined;
}

function inRecipe(recipe: RecipeView, list: ToolList): readonly Hit[] {
  const found = installedPackages(recipe).filter(({ request }) => isListed(list.names, request.name));
  return grouped(found).map((group) => {
    const names = [...new Set(group.map(({ request }) => request.name))];
    return {
      case: caseOf(list, names),
      fields: { names: listed(names) },
      range: group[0].request.range,
      fix: fixOf(recipe, list, group),
    };
  });
}

const ALL = [REMOTE_TOOLS, INTERACTIVE_TOOLS, DEBUGGING_TOOLS].flatMap(({ names }) => names);

function fixOf(recipe: RecipeView, list: ToolList, group: readonly InstalledPackage[]): Fix | undefined {
  // An install command that nothing is left of would fail.
  const rest = group.every(({ call }) =>
    call.packages.some(({ name, kind }) => kind !== "open" && !isListed(ALL, name)),
  );
  const literal = group.every(
    ({ request }) =>
      written(recipe, request.range) === request.word.text &&
      request.word.value !== undefined &&
      isPlain(request.word.text, request.name),
  );
  if (!rest || !literal) return undefined;
  const used = new Set(group.flatMap(({ request }) => [request.name.replace(/[-_:].*$/, ""), request.name]));
  const commands = commandsIn(allSteps(recipe));
  const needed = commands.some(({ command }) => isUsed(command.name, used, list));
  return {
    title: `leave out ${listed([...new Set(group.map(({ request }) => request.name))])}`,
    safe: !needed,
    edits: group.map(({ command, request }) => ({ range: withBlanks(recipe, command, request), text: "" })),
  };
}

function isPlain(text: string, name: string): boolean {
  return text.replace(/["']/g, "").startsWith(name);
}

function isUsed(command: string | undefined, packages: ReadonlySet<string>, list: ToolList): boolean {
  if (command === undefined || command === "") return false;
  return packages.has(command) || list.commands.includes(command);
}

// From the end of the word before; a comment between stays.
function withBlanks(recipe: RecipeView, command: InstalledPackage["command"], { range }: InstalledPackage["request"]) {
  const before =
    command.words.filter((word) => word.range.end <= range.start).at(-1)?.range.end ?? command.nameRange.end;
  return written(recipe, { start: before, end: range.start }).includes("#") ? range : { start: before, end: range.end };
}

function inImage({ image }: AuditSubject, list: ToolList): readonly Hit[] | Hit {
  const { catalogue, files } = image;
  if (!catalogue && !files) return unknown("which packages and programs are in the image");
  const packages = (catalogue?.packages ?? [])
    .filter(({ ecosystem }) => ["deb", "rpm", "apk"].includes(ecosystem))
    .filter(({ name }) => isListed(list.names, name))
    .map(({ name }) => name);
  const programs = list.grave && packages.length === 0 ? programsIn(files?.entries ?? []) : [];
  const names = [...new Set([...packages, ...programs])].sort();
  if (names.length === 0) return [];
  return [{ case: caseOf(list, names), fields: { names: listed(names.slice(0, 12)) } }];
}

const PROGRAMS = ["sudo", "ssh", "sshd", "dropbear", "ncat", "nmap", "socat", "telnet", "rsh", "ftp", "tftp"];

type Entries = NonNullable<AuditSubject["image"]["files"]>["entries"];

function programsIn(entries: Entries): readonly string[] {
  return entries
    .filter(({ type, program, path }) => type === "file" && program && /(^|\/)s?bin\/[^/]+$/.test(path))
    .map(({ path }) => path.slice(path.lastIndexOf("/") + 1))
    .map((name) => (/^nc(\.\w+)?$/.test(name) ? "netcat" : name))
    .filter((name) => name === "netcat" || PROGRAMS.includes(name));
}
