// Rego policies of a site, compiled to WebAssembly, as a further engine: their answers as findings with places. Rules are named as conftest
// names them: `deny` and `violation` are errors, `warn` warnings.

import type { Range, SourceText } from "../../base/source.ts";
import type { DocumentKind } from "../../policy/document-kind.ts";
import { runLaunches } from "../../policy/launch-view/run-launch.ts";
import { fillText } from "../../policy/message.ts";
import { viewRecipe } from "../../policy/recipe-view/recipe-view.ts";
import type { Finding, Severity } from "../../policy/types.ts";
import { fail } from "../errors.ts";
import { type Item, launchItems, recipeItems } from "./items.ts";
import type { RegoAnswer, RegoInput, RegoRequest } from "./rego-work.ts";

/** A text and the policies that hold for it. */
export interface RegoText {
  readonly source: SourceText;
  readonly kind: DocumentKind;
  /** Paths of modules. */
  readonly modules: readonly string[];
}

/** Asks the process that evaluates. @throws E_LINT_ENGINE */
export type AskRego = (request: RegoRequest) => Promise<RegoAnswer>;

/** Findings by the name of the text. @throws E_LINT_ENGINE when a policy does not work */
export async function regoFindings(
  texts: readonly RegoText[],
  ask: AskRego,
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const paths = [...new Set(texts.flatMap(({ modules }) => modules))];
  const meant = (path: string) => texts.filter(({ modules }) => modules.includes(path));
  const answer = await ask({ modules: paths.map((path) => ({ path, inputs: meant(path).map(inputOf) })) });
  const found = new Map<string, Finding[]>();
  for (const [index, path] of paths.entries()) {
    const one = answer[index];
    if (!one || "failure" in one) {
      const hint = "build it with opa build -t wasm -e NAME, and try it with opa eval";
      throw fail("E_LINT_ENGINE", { engine: path, why: one?.failure ?? "it does not answer", hint });
    }
    for (const [at, { source }] of meant(path).entries())
      found.set(source.name, [...(found.get(source.name) ?? []), ...findingsOf(one.results[at], source)]);
  }
  return found;
}

function inputOf({ source, kind }: RegoText): RegoInput {
  const items = itemsOf(source, kind).map(({ kind: part, range, values }) => ({ ...values, part, ...range }));
  return { file: source.name, kind, items };
}

function itemsOf(source: SourceText, kind: DocumentKind): readonly Item[] {
  if (kind === "dockerfile" || kind === "definition") return recipeItems(viewRecipe(source, kind));
  return kind === "script" ? runLaunches(source).flatMap(launchItems) : [];
}

const WEIGHTS: Readonly<Record<string, Severity>> = { deny: "error", violation: "error", warn: "warning" };

// `[{ "result": { "deny": [...], "warn": [...] } }]`, or a list for one of them.
function findingsOf(answer: unknown, source: SourceText): readonly Finding[] {
  const results = Array.isArray(answer) ? answer.map((one) => recordOf(one)["result"]) : [];
  return results.flatMap((result) => {
    if (Array.isArray(result)) return result.flatMap((one) => findingOf(one, "error", source) ?? []);
    return Object.entries(recordOf(result)).flatMap(([name, list]) => {
      const weight = WEIGHTS[name];
      return weight && Array.isArray(list) ? list.flatMap((one) => findingOf(one, weight, source) ?? []) : [];
    });
  });
}

const MOST_WORDS = 500;

function findingOf(value: unknown, weight: Severity, source: SourceText): Finding | undefined {
  const { msg, rule, hint, start, end } = typeof value === "string" ? { msg: value } : recordOf(value);
  if (typeof msg !== "string") return undefined;
  const range = rangeOf(start, end, source.text.length);
  const id = typeof rule === "string" && /^[A-Z][A-Z0-9-]{2,30}$/.test(rule) ? rule : "REGO";
  return {
    rule: id,
    severity: weight,
    message: fillText("{text}", { text: msg.slice(0, MOST_WORDS) }),
    hint: typeof hint === "string" ? fillText("{text}", { text: hint.slice(0, MOST_WORDS) }) : undefined,
    pointer: "",
    place: range && { source, range },
    certainty: "certain",
  };
}

function rangeOf(start: unknown, end: unknown, length: number): Range | undefined {
  if (typeof start !== "number" || !(start >= 0 && start <= length)) return undefined;
  return { start, end: typeof end === "number" && end >= start && end <= length ? end : start };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
