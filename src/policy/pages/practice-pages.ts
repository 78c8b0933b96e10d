// The handbook of practices: every one with its reason, its examples and what to do, by chapters. Made from the practices that are used,
// so that what is written and what is checked are the same.

import type { PolicyConfig } from "../config.ts";
import type { Practice, PracticeExample } from "../practice.ts";
import { documentOf } from "../practice-example.ts";
import { severityOf } from "../severity.ts";
import type { Severity } from "../types.ts";
import type { Block, Cell } from "./blocks.ts";
import { type Chapter, chaptersOf } from "./chapters.ts";

export interface HandbookOptions {
  /** Whose weights are shown; practices that are off in all of them are only named, at the end. */
  readonly policies: readonly PolicyConfig[];
  readonly title: string;
  /** Below the title. */
  readonly words: string;
  /** Those that are off have their sections, too. */
  readonly all?: boolean | undefined;
}

const REFERENCES =
  "`From` names the section of the best practices that a practice was made of: N2.5 is one of NCCS's, Spin stands for Spin's, and what is ours has none.";

/** The handbook as a page. */
export function practicePages(
  practices: readonly Practice[],
  { policies, title, words, all = false }: HandbookOptions,
): readonly Block[] {
  const isShown = (one: Practice) => all || policies.some((policy) => weightIn(one, policy) !== "off");
  const chapters = chaptersOf(practices.filter(isShown));
  return [
    { kind: "heading", level: 1, text: title },
    { kind: "text", text: words },
    { kind: "text", text: REFERENCES },
    contents(chapters),
    ...chapters.flatMap(({ title, practices }): readonly Block[] => [
      { kind: "heading", level: 2, text: title, id: anchorOf(title) },
      summary(practices, policies),
      ...practices.flatMap((one) => section(one, policies)),
    ]),
    ...leftOut(practices.filter((one) => !isShown(one))),
  ];
}

function contents(chapters: readonly Chapter[]): Block {
  const rows = chapters.map(({ title, practices }): readonly Cell[] => {
    const ids = practices.map(({ id }) => id);
    const [first = "", last = ""] = [ids[0], ids.at(-1)];
    return [{ text: title, to: anchorOf(title) }, ids.length > 1 ? `${first} to ${last}` : first];
  });
  return { kind: "table", head: ["chapter", "practices"], rows };
}

function leftOut(practices: readonly Practice[]): readonly Block[] {
  if (practices.length === 0) return [];
  const rows = practices.map(({ id, title }) => [id, title]);
  return [
    { kind: "heading", level: 2, text: "Off in this policy", id: "off-in-this-policy" },
    { kind: "table", head: ["rule", "what it asks for"], rows },
  ];
}

// As readers of Markdown make it of a heading.
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function summary(practices: readonly Practice[], policies: readonly PolicyConfig[]): Block {
  const head = ["rule", "what it asks for", "class", ...policies.map(({ profile }) => `\`${profile}\``), "mended"];
  const rows = practices.map((one): readonly Cell[] => [
    { text: one.id, to: one.id.toLowerCase() },
    one.title,
    one.class,
    ...policies.map((policy) => weightIn(one, policy)),
    one.fix === undefined ? "" : one.fix === "safe" ? "`--fix`" : "`--unsafe-fixes`",
  ]);
  return { kind: "table", head, rows };
}

function section(practice: Practice, policies: readonly PolicyConfig[]): readonly Block[] {
  const { id, title, why, message, hint, source, peers, controls = [], certainty } = practice;
  const weights = policies.map((policy) => `${weightIn(practice, policy)} in \`${policy.profile}\``).join(", ");
  const cases = Object.entries(practice.cases ?? {}).filter(([, one]) => one.message !== undefined);
  return [
    { kind: "heading", level: 3, text: id, id: id.toLowerCase() },
    { kind: "text", text: `**${title}.** ${why}` },
    {
      kind: "list",
      items: [
        `Says: ${plain(message)}.`,
        ...(hint === undefined ? [] : [`Do: ${plain(hint)}.`]),
        ...cases.map(([name, one]) => `\`${id}:${name}\`: ${plain(one.message ?? "")}.`),
        `Weight: ${weights}; ${practice.class}, ${CERTAINTIES[certainty]}. Looks at: ${objectsOf(practice)}.`,
        `From: ${source}${controls.length > 0 ? `; ${controls.join(", ")}` : ""}.`,
        ...(peers.length > 0 ? [`Peers: ${peers.join(", ")}.`] : []),
      ],
    },
    ...exampleBlocks("Found", practice.fails),
    ...exampleBlocks("In order", practice.passes),
  ];
}

const CERTAINTIES: Readonly<Record<Practice["certainty"], string>> = {
  certain: "certain",
  likely: "told from signs",
  person: "a person has to look",
};

const OBJECTS: Readonly<Record<string, string>> = {
  ...{ recipe: "Dockerfiles and definition files", launch: "run lines and services", compose: "compose files" },
  ...{ image: "images", host: "the site" },
};

function objectsOf({ checks }: Practice): string {
  const names = Object.keys(checks).map((kind) => OBJECTS[kind] ?? kind);
  return names.length === 0 ? "comments" : names.join(", ");
}

// One is enough to see what is meant; the tests have them all.
function exampleBlocks(word: string, examples: readonly PracticeExample[]): readonly Block[] {
  const [example = examples[0]] = examples.filter((one) => documentOf(one) !== undefined).sort(byLength);
  if (!example) return [];
  const document = documentOf(example);
  const head: Block = { kind: "text", text: `${word}: ${example.shows}` };
  return document ? [head, { kind: "code", language: LANGUAGES[document.kind] ?? "", text: document.text }] : [head];
}

// The shortest shows best what is meant.
function byLength(a: PracticeExample, b: PracticeExample): number {
  const length = (one: PracticeExample) => documentOf(one)?.text.length ?? 0;
  return length(a) - length(b);
}

const LANGUAGES: Readonly<Record<string, string>> = { dockerfile: "dockerfile", compose: "yaml", script: "sh" };

function weightIn(practice: Practice, policy: PolicyConfig): Severity | "off" {
  return severityOf(practice, undefined, policy);
}

// Fields of messages stand for names.
function plain(sentence: string): string {
  return sentence.replace(/\{(\w+)\}/g, "…").replace(/\.$/, "");
}
