// The door for texts: everything that practices say of a recipe, a compose file or a job script. Pure: nothing is looked up, and
// nobody's text makes it throw.

import type { SourceText } from "../base/source.ts";
import { readStack } from "../recipe/compose/read-stack.ts";
import { type MapNode, mapNode, valueAt } from "../recipe/compose/tree.ts";
import type { ComposeNote, ReadStack } from "../recipe/compose/types.ts";
import type { PolicyConfig } from "./config.ts";
import { type DocumentKind, documentKind } from "./document-kind.ts";
import { judgedWith, judgePractices } from "./judge-practices.ts";
import { judgeStack } from "./judgements.ts";
import { composeLaunches } from "./launch-view/compose-launch.ts";
import { pairsOf, servicesOf, textAt } from "./launch-view/node-values.ts";
import { runLaunches } from "./launch-view/run-launch.ts";
import type { LaunchView } from "./launch-view/types.ts";
import type { Practice } from "./practice.ts";
import type { PracticeFacts } from "./practice-facts.ts";
import { PRACTICES } from "./practices/practices.ts";
import { viewRecipe } from "./recipe-view/recipe-view.ts";
import { scriptFile } from "./recipe-view/script-commands.ts";
import type { Finding } from "./types.ts";

/** What a text is judged with. */
export interface LintOptions {
  readonly policy: PolicyConfig;
  readonly facts?: PracticeFacts | undefined;
  /** Undefined: told by name and text; a text of no kind has no findings. */
  readonly kind?: DocumentKind | undefined;
  /** All, unless said otherwise: for rules of the site's own. */
  readonly practices?: readonly Practice[] | undefined;
  /** Text of a file that a compose file names, by its path below the compose file's folder. */
  readonly read?: ((path: string) => string | undefined) | undefined;
}

/** Everything that practices find in a text, in the order of places. */
export function lintText(source: SourceText, options: LintOptions): readonly Finding[] {
  const kind = options.kind ?? documentKind(source.name, source.text);
  if (kind === undefined) return [];
  return inOrder(KINDS[kind](source, options));
}

type Linter = (source: SourceText, options: LintOptions) => readonly Finding[];

const KINDS: Readonly<Record<DocumentKind, Linter>> = {
  dockerfile: (source, options) => lintRecipe(source, "dockerfile", options),
  definition: (source, options) => lintRecipe(source, "definition", options),
  compose: lintCompose,
  script: lintScript,
};

function lintRecipe(source: SourceText, kind: "dockerfile" | "definition", options: LintOptions): readonly Finding[] {
  const { policy, facts = {}, practices = PRACTICES } = options;
  const recipe = viewRecipe(source, kind, facts.buildArguments);
  return judgePractices("recipe", { ...judgedWith(policy, facts), recipe }, practices, {
    names: [source.name],
    source,
  });
}

function lintLaunches(source: SourceText, launches: readonly LaunchView[], options: LintOptions): readonly Finding[] {
  const { policy, facts = {}, practices = PRACTICES } = options;
  const judged = judgedWith(policy, facts);
  const thing = { names: [source.name], source };
  return launches.flatMap((launch) => judgePractices("launch", { ...judged, launch }, practices, thing));
}

function lintScript(source: SourceText, options: LintOptions): readonly Finding[] {
  const { policy, facts = {}, practices = PRACTICES } = options;
  const subject = { ...judgedWith(policy, facts), source, ...scriptFile(source.text) };
  const whole = judgePractices("script", subject, practices, { names: [source.name], source });
  return [...whole, ...lintLaunches(source, runLaunches(source), options)];
}

function lintCompose(source: SourceText, options: LintOptions): readonly Finding[] {
  const { policy, facts = {}, practices = PRACTICES, read = () => undefined } = options;
  const stack = readStack([source], { read, name: isNamed(source) ? undefined : "stack" });
  const tree = stack.tree ?? mapNode([], { source, range: { start: 0, end: 0 } });
  const launches = composeLaunches(source, tree, stackOf(tree, stack.spec?.name));
  const written = textAt(tree, "version");
  const version = written && { text: written.value, range: written.range };
  const notes = stack.notes.map((note) => noteHere(note, source));
  const subject = { ...judgedWith(policy, facts), source, spec: stack.spec, tree, notes, launches, version };
  const whole = judgePractices("compose", subject, practices, { names: [source.name], source });
  const told = [...whole, ...lintLaunches(source, launches, options)];
  return isNamed(source) ? [...told, ...rulesOfStacks(stack, options, told, launches)] : told;
}

// Compose calls a file without a name by its folder, which is no mistake; only the rules of stacks are for files that name one.
function isNamed({ text }: SourceText): boolean {
  return /^["']?name["']?[ \t]*:/m.test(text);
}

/** What is said of another file that belongs to it has no place in this one. */
function noteHere(note: ComposeNote, { name }: SourceText): ComposeNote {
  if (note.place === undefined || note.place.source.name === name) return note;
  return { ...note, message: `${note.place.source.name}: ${note.message}`, place: undefined };
}

function stackOf(tree: MapNode, name: string | undefined) {
  const part = valueAt(tree, "x-berth");
  const tags = new Map<string, string>();
  // On Spin they are labels of the services.
  const labels = servicesOf(tree).flatMap(([, { value }]) => pairsOf(valueAt(value, "labels")));
  for (const { name: tag, value } of [...labels, ...pairsOf(valueAt(part, "tags"))])
    if (value !== undefined) tags.set(tag, value);
  return { name: name ?? textAt(tree, "name")?.value ?? "stack", tags };
}

/** What the rules of services can tell without a server, where no practice said the same of the same service. */
function rulesOfStacks(
  { spec, places }: ReadStack,
  { policy, facts, practices = PRACTICES }: LintOptions,
  told: readonly Finding[],
  launches: readonly LaunchView[],
): readonly Finding[] {
  if (!spec) return [];
  const counterparts = new Map(practices.map(({ id, counterparts: rules = [] }) => [id, rules]));
  const ranges = new Map(launches.map(({ name, range }) => [name, range]));
  return judgeStack(spec, { now: facts?.now }, policy, places).filter(({ rule, certainty, pointer }) => {
    if (certainty === "unknown") return false;
    const service = /^\/services\/([^/]+)/.exec(pointer)?.[1];
    const within = service === undefined ? undefined : ranges.get(service);
    return !told.some((finding) => counterparts.get(finding.rule)?.includes(rule) && isWithin(finding, within));
  });
}

function isWithin({ place }: Finding, range: LaunchView["range"] | undefined): boolean {
  if (!place || !range) return true;
  return place.range.start < range.end && range.start <= place.range.end;
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const start = ({ place }: Finding) => place?.range.start ?? -1;
  return [...findings].sort((a, b) => start(a) - start(b) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
}
