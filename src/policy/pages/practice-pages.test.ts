// The handbook in docs is the one that the practices make. `npm test -- -u` writes it anew.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PRACTICES } from "../practices/practices.ts";
import { GENERIC } from "../profiles/generic.ts";
import { NCCS } from "../profiles/nccs.ts";
import { SPIN } from "../profiles/spin.ts";
import { type Block, htmlOf, markdownOf } from "./blocks.ts";
import { practicePages } from "./practice-pages.ts";

const WORDS =
  "Every practice, why it is there, and what is found and what is in order. `berth lint` holds recipes, compose files and job scripts against them, `berth audit` images. `berth policy docs` prints this book for the policy of a site or a project. Rules for services are in service-rules.md.";

test("docs/handbook.md is what the practices say", async () => {
  const page = practicePages(PRACTICES, {
    policies: [GENERIC, NCCS, SPIN],
    title: "Handbook of practices",
    words: WORDS,
    all: true,
  });
  const note = "<!-- Made from src/policy/practices; `npm test -- -u` writes it anew. -->\n\n";
  await expect(markdownOf(page).replace("\n\n", `\n\n${note}`)).toMatchFileSnapshot(
    join(import.meta.dirname, "../../../docs/handbook.md"),
  );
});

test("practices that a policy has off are left out of its handbook", () => {
  const severities = new Map([...GENERIC.severities, ["TOO004", "off"] as const]);
  const page = practicePages(PRACTICES, { policies: [{ ...GENERIC, severities }], title: "x", words: "" });
  const headings = page.flatMap((block) => (block.kind === "heading" ? [block.text] : []));
  expect(headings).not.toContain("TOO004");
  expect(headings).toContain("TOO001");
  expect(markdownOf(page)).toMatch(/^## Off in this policy\n[^#]*\| TOO004 \|/m);
});

test("every practice has its reason, what is found, what is in order and what to do", () => {
  const page = practicePages(PRACTICES, { policies: [GENERIC], title: "x", words: "", all: true });
  const text = markdownOf(page);
  for (const { id } of PRACTICES) {
    const start = text.indexOf(`\n### ${id}\n`);
    const section = text.slice(start, text.indexOf("\n## ", start)).split("\n### ")[1] ?? "";
    expect(section, id).toMatch(/^\S+\n\n\*\*.+\.\*\* \S.*\.\n/);
    expect(section, id).toMatch(/^- Do: /m);
    expect(section, id).toMatch(/^Found: /m);
    expect(section, id).toMatch(/^In order: /m);
  }
});

test("as HTML every tag is closed, every id is there once, and every link leads to one", () => {
  const page = practicePages(PRACTICES, { policies: [GENERIC, NCCS], title: "x", words: WORDS });
  const text = htmlOf("x", page);
  const open: string[] = [];
  for (const [tag, slash, name = ""] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)[^<>]*>/g)) {
    if (name === "meta") continue;
    if (slash === "") open.push(name);
    else expect(open.pop(), tag).toBe(name);
  }
  expect(open).toEqual([]);
  const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, to] of text.matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(to);
  expect(text).not.toContain("<p>**");
});

describe("blocks", () => {
  const page: readonly Block[] = [
    { kind: "heading", level: 2, text: "A <b> & c", id: "a" },
    { kind: "text", text: "write `<x>` or <y>" },
    { kind: "code", language: "sh", text: "echo ```\n" },
    { kind: "table", head: ["a|b"], rows: [[{ text: "X", to: "x" }]] },
  ];

  test("are Markdown in which no text becomes markup", () => {
    expect(markdownOf(page)).toBe(
      "## A &lt;b> & c\n\nwrite `<x>` or &lt;y>\n\n````sh\necho ```\n````\n\n| a\\|b |\n|---|\n| [X](#x) |\n",
    );
  });

  test("are HTML in which no text becomes markup", () => {
    const text = htmlOf("T<", page);
    expect(text).toContain("<title>T&lt;</title>");
    expect(text).toContain('<h2 id="a">A &lt;b&gt; &amp; c</h2>');
    expect(text).toContain("<code>&lt;x&gt;</code> or &lt;y&gt;");
    expect(htmlOf("", [{ kind: "text", text: "**a $*.** b `**` c*d" }])).toContain(
      "<strong>a $*.</strong> b <code>**</code> c*d",
    );
    expect(text).toContain('<a href="#x">X</a>');
  });
});
