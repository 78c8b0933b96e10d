// Versions of Maven artifacts, as the POM reference's version order specification has them: numbers, qualifiers and lists
// that a hyphen or a change between digits and letters opens; what says nothing at an end is left away.

import { byParts, type Order, orderOf, orderOfDigits } from "./order.ts";

type Item = { readonly digits: string } | { readonly word: string } | ItemList;
interface ItemList {
  readonly items: Item[];
}

const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE = "5";
const ALIASES: ReadonlyMap<string, string> = new Map(Object.entries({ ga: "", final: "", release: "", cr: "rc" }));
const SHORT: ReadonlyMap<string, string> = new Map(Object.entries({ a: "alpha", b: "beta", m: "milestone" }));
/** Hyphens open lists in lists; versions of people have a handful. */
const MAX_DEPTH = 100;

/** Order of two versions of Maven artifacts. */
export const compareMaven = byParts(parse, compareItems);

function parse(text: string): ItemList | undefined {
  const version = text.toLowerCase();
  if (!/^[0-9a-z._+-]+$/.test(version)) return undefined;
  const root: ItemList = { items: [] };
  const open = [root];
  let list = root;
  const descend = () => {
    const inner: ItemList = { items: [] };
    list.items.push(inner);
    open.push(inner);
    list = inner;
  };
  for (const [token, at] of tokensOf(version)) {
    const before = version[at - 1];
    if (token === "-" || token === ".") {
      if (isSeparator(before)) list.items.push({ digits: "0" });
      if (token === "-" && list.items.length > 0) descend();
    } else {
      const digits = /^[0-9]/.test(token);
      const changes = before !== undefined && !isSeparator(before);
      const next = version[at + token.length];
      // A qualifier before digits or at the end opens a list of its own: 1.0.x1 is 1.0-x-1.
      const opens = !digits && (next === undefined || !isSeparator(next)) && list.items.length > 0;
      if (changes || opens) descend();
      list.items.push(digits ? { digits: token } : word(token, next));
    }
    if (open.length > MAX_DEPTH) return undefined;
  }
  for (const one of open.reverse()) normalise(one);
  return root;
}

function tokensOf(version: string): readonly (readonly [string, number])[] {
  return [...version.matchAll(/[.-]|[0-9]+|[^0-9.-]+/g)].map((match) => [match[0], match.index]);
}

function isSeparator(character: string | undefined): boolean {
  return character === undefined || character === "." || character === "-";
}

function word(text: string, next: string | undefined): Item {
  const long = next !== undefined && /[0-9]/.test(next) ? SHORT.get(text) : undefined;
  return { word: long ?? ALIASES.get(text) ?? text };
}

// Zeros, empty qualifiers and empty lists at the end, and before a list at the end, say nothing.
function normalise({ items }: ItemList): void {
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const item = items[at];
    if (item && isNothing(item)) items.splice(at, 1);
    else if (item && !("items" in item)) return;
  }
}

function isNothing(item: Item): boolean {
  if ("items" in item) return item.items.length === 0;
  return "digits" in item ? /^0+$/.test(item.digits) : item.word === "";
}

function compareItems(a: Item | undefined, b: Item | undefined): Order {
  if (a === undefined) return b === undefined ? 0 : reversed(compareWithEnd(b));
  if (b === undefined) return compareWithEnd(a);
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return orderOf(left, right);
  if ("digits" in a && "digits" in b) return orderOfDigits(a.digits, b.digits);
  if ("word" in a && "word" in b) return orderOf(qualifier(a.word), qualifier(b.word));
  return "items" in a && "items" in b ? compareLists(a.items, b.items) : 0;
}

function compareLists(a: readonly Item[], b: readonly Item[]): Order {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = compareItems(a[at], b[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareWithEnd(item: Item): Order {
  if ("digits" in item) return /^0+$/.test(item.digits) ? 0 : 1;
  if ("word" in item) return orderOf(qualifier(item.word), RELEASE);
  return compareLists(item.items, []);
}

// A word is older than a list, a list older than a number: 1.any < 1-1 < 1.1.
function rank(item: Item): number {
  return "word" in item ? 0 : "items" in item ? 1 : 2;
}

function qualifier(text: string): string {
  const known = QUALIFIERS.indexOf(text);
  return known === -1 ? `${QUALIFIERS.length}-${text}` : String(known);
}

function reversed(order: Order): Order {
  return order === 0 ? 0 : order === 1 ? -1 : 1;
}
