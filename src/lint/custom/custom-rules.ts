// Rules of a site's own, as a file says them: which parts they look at, and what must hold of those. They become practices like ours.

import { type Static, Type } from "typebox";
import { type Practice, practice } from "../../policy/practice.ts";
import { type Hit, unknown } from "../../policy/rule.ts";
import { parseConfigDocument } from "../../site/config-document.ts";
import { findings } from "../../site/findings.ts";
import { placeIn } from "../../site/place.ts";
import { about, closed, flag, optional, text, words } from "../../site/schema-words.ts";
import { RULE_IDS } from "../../site/services/rule-ids.ts";
import { misfits } from "../../site/shape.ts";
import { configError } from "../config/read-layer.ts";
import { readSource } from "../files/read-source.ts";
import { type Condition, holds } from "./condition.ts";
import { ITEM_KINDS, type Item, launchItems, recipeItems } from "./items.ts";

const globs = Type.Array(Type.String({ minLength: 1 }));
const wanted = Type.Union([
  Type.String(),
  globs,
  Type.Object(
    {
      any: optional(globs),
      none: optional(globs),
      all: optional(globs),
      matches: text("a regular expression"),
      exists: flag("whether there is a value at all"),
    },
    closed,
  ),
]);
const condition = (description: string, example: unknown) =>
  optional(Type.Record(Type.String(), wanted, about(description, example)));

const rule = Type.Object(
  {
    id: Type.String({ pattern: "^[A-Z][A-Z0-9-]{2,30}$", ...about("an id in capitals such as SITE001", "SITE001") }),
    title: Type.String({ minLength: 1, ...about("what it asks for") }),
    severity: words("error, warning, info or style", "error", "warning", "info", "style"),
    message: Type.String({ minLength: 1, ...about("what is found; {name} is filled in", "{name} is not ours") }),
    hint: text("what to do"),
    why: Type.String({ minLength: 1, ...about("why the rule is there") }),
    on: words(`which parts it looks at: ${ITEM_KINDS.join(", ")}`, ...ITEM_KINDS),
    where: condition("parts that are meant; all of them unless said", { name: ["pip", "pip3"] }),
    demand: condition("what must hold of them; without it, each one is found", {
      options: { all: ["--require-hashes"] },
    }),
  },
  closed,
);

/** What may stand in a file of rules. */
export const RULES_SCHEMA = Type.Object({ rules: Type.Array(rule, { minItems: 1 }) }, closed);

type RuleFile = Static<typeof rule>;

/** Reads rules. @throws E_LINT_READ, E_LINT_CONFIG */
export async function readCustomRules(path: string): Promise<readonly Practice[]> {
  const source = await readSource(path);
  const document = await parseConfigDocument(source, "yaml");
  if (document.problems.length > 0) throw configError(source, document.problems);
  const found = misfits(RULES_SCHEMA, document.value);
  if (found.length > 0) throw configError(source, found.map(placeIn(document)));
  const { rules } = document.value as Static<typeof RULES_SCHEMA>;
  const wrong = findings();
  for (const [index, one] of rules.entries()) {
    if (RULE_IDS.includes(one.id))
      wrong.wrong(["rules", index, "id"], `is taken: ${one.id}`, "choose letters of your site");
    for (const part of ["where", "demand"] as const)
      for (const [name, value] of Object.entries(one[part] ?? {}))
        if (typeof value === "object" && !Array.isArray(value) && !isExpression(value.matches))
          wrong.wrong(["rules", index, part, name, "matches"], "is no regular expression", "write it like ^x");
  }
  if (wrong.problems.length > 0) throw configError(source, wrong.problems.map(placeIn(document)));
  return rules.map((one) => practiceOf(one, path));
}

function isExpression(text: string | undefined): boolean {
  try {
    return text === undefined || new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function practiceOf(
  { id, title, severity, message, hint, why, on, where = {}, demand }: RuleFile,
  path: string,
): Practice {
  const hits = (items: readonly Item[]) =>
    items.flatMap((item) => (item.kind === on ? (hitOf(item, where, demand) ?? []) : []));
  const ofRun = on === "launch" || on === "mount" || on === "port";
  return practice({
    ...{ id, title, severity, message, hint, why },
    class: "recommended",
    certainty: "certain",
    source: path,
    peers: [],
    checks: ofRun
      ? { launch: ({ launch }) => hits(launchItems(launch)) }
      : { recipe: ({ recipe }) => hits(recipeItems(recipe)) },
    passes: [],
    fails: [],
  });
}

function hitOf(item: Item, where: Condition, demand: Condition | undefined): Hit | undefined {
  const meant = holds(where, item);
  if (meant === false) return undefined;
  const kept = demand === undefined ? false : holds(demand, item);
  if (kept === true) return undefined;
  if (meant === undefined || kept === undefined)
    return { ...unknown("a value depends on what is not known"), range: item.range };
  return { range: item.range, fields: fieldsOf(item) };
}

function fieldsOf({ values }: Item): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : value.join(" ")]],
    ),
  );
}
