// Versions of Alpine packages: digits, a letter, suffixes (`_alpha` … `_p`), a commit and the package's revision `-rN`.

import { byParts, type Order, orderOf, orderOfDigits } from "./order.ts";

/** Parts in the order in which they follow each other: where two versions part, the one whose part comes earlier is newer. */
const KINDS = ["first", "digits", "letter", "suffix", "suffixNumber", "commit", "revision", "end"] as const;

interface Part {
  readonly kind: (typeof KINDS)[number];
  readonly text: string;
}

const FORM =
  /^(\d+)((?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:~([0-9a-f]+))?(?:-r(\d+))?$/;
const BEFORE = ["alpha", "beta", "pre", "rc"];
const SUFFIXES = [...BEFORE, "", "cvs", "svn", "git", "hg", "p"];
const END: Part = { kind: "end", text: "" };

/** Order of two versions of Alpine packages. */
export const compareApk = byParts(parse, (a, b) => {
  for (let at = 0; ; at += 1) {
    const [left = END, right = END] = [a[at], b[at]];
    if (left.kind !== right.kind) return compareKinds(left, right);
    if (left.kind === "end") return 0;
    const order = compareTexts(left, right);
    if (order !== 0) return order;
  }
});

function parse(text: string): readonly Part[] | undefined {
  const [whole, first = "", dotted = "", letter = "", suffixes = "", commit, revision] = FORM.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const parts: Part[] = [{ kind: "first", text: first }];
  for (const digits of dotted.split(".").slice(1)) parts.push({ kind: "digits", text: digits });
  if (letter !== "") parts.push({ kind: "letter", text: letter });
  for (const [, word = "", digits = ""] of suffixes.matchAll(/_([a-z]+)(\d*)/g)) {
    parts.push({ kind: "suffix", text: word });
    if (digits !== "") parts.push({ kind: "suffixNumber", text: digits });
  }
  if (commit !== undefined) parts.push({ kind: "commit", text: commit });
  if (revision !== undefined) parts.push({ kind: "revision", text: revision });
  return parts;
}

function compareKinds(a: Part, b: Part): Order {
  if (isBefore(a)) return -1;
  if (isBefore(b)) return 1;
  return orderOf(KINDS.indexOf(b.kind), KINDS.indexOf(a.kind));
}

function isBefore({ kind, text }: Part): boolean {
  return kind === "suffix" && BEFORE.includes(text);
}

function compareTexts(a: Part, b: Part): Order {
  if (a.kind === "suffix") return orderOf(SUFFIXES.indexOf(a.text), SUFFIXES.indexOf(b.text));
  if (a.kind === "letter" || a.kind === "commit") return orderOf(a.text, b.text);
  // A later number that begins with a zero is a fraction: 1.01 is older than 1.1, and 1.010 newer than 1.01.
  const fraction = a.kind === "digits" && (a.text.startsWith("0") || b.text.startsWith("0"));
  return fraction ? orderOf(a.text, b.text) : orderOfDigits(a.text, b.text);
}
