// Versions of conda packages, as conda's own documentation of its version order has it: [epoch!]version[+local], parts between
// dots and underscores, each cut into digits and words.

import { byParts, firstDifference, type Order, orderOf, orderOfDigits } from "./order.ts";

/** Digits or a word; `post` comes after all digits, `dev` before all words. */
type Piece = { readonly digits: string } | { readonly word: string };
type Part = readonly Piece[];

interface CondaVersion {
  readonly version: readonly Part[];
  readonly local: readonly Part[];
}

const NOTHING: Part = [];
const ZERO: Piece = { digits: "0" };

/** Order of two versions of conda packages. */
export const compareConda = byParts(
  parse,
  (a, b) => compareLists(a.version, b.version) || compareLists(a.local, b.local),
);

function parse(text: string): CondaVersion | undefined {
  const plain = text.trim().toLowerCase();
  // One of both may separate, not both in one version.
  const version = plain.includes("_") ? plain : plain.replaceAll("-", "_");
  if (!/^[*.+!_0-9a-z]+$/.test(version)) return undefined;
  const [, epoch = "0", main = "", local] = /^(?:(\d+)!)?([^!+]+)(?:\+([^!+]+))?$/.exec(version) ?? [];
  const parts = mainParts(main);
  const locals = local === undefined ? [] : partsOf(local.replaceAll("_", "."));
  if (main === "" || !parts || !locals) return undefined;
  return { version: [[{ digits: epoch }], ...parts], local: locals };
}

// A trailing underscore belongs to the last part: openssl's 1.0.1_ comes before 1.0.1a.
function mainParts(main: string): readonly Part[] | undefined {
  if (!main.endsWith("_")) return partsOf(main.replaceAll("_", "."));
  return partsOf(`${main.slice(0, -1).replaceAll("_", ".")}_`);
}

function partsOf(text: string): readonly Part[] | undefined {
  const parts = text.split(".");
  return parts.some((part) => part === "") ? undefined : parts.map(piecesOf);
}

// Every part begins with a number, so that digits are compared with digits: 1.a is 1.0a.
function piecesOf(part: string): Part {
  const pieces: Piece[] = (part.match(/[0-9]+|[*]+|[^0-9*]+/g) ?? []).map((piece) =>
    /^[0-9]/.test(piece) ? { digits: piece } : { word: piece },
  );
  return pieces[0] && "digits" in pieces[0] ? pieces : [ZERO, ...pieces];
}

function compareLists(a: readonly Part[], b: readonly Part[]): Order {
  return firstDifference(a, b, NOTHING, (left, right) => firstDifference(left, right, ZERO, comparePieces));
}

function comparePieces(a: Piece, b: Piece): Order {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return orderOf(left, right);
  if ("digits" in a && "digits" in b) return orderOfDigits(a.digits, b.digits);
  return "word" in a && "word" in b ? orderOf(a.word, b.word) : 0;
}

function rank(piece: Piece): number {
  if ("digits" in piece) return 2;
  return piece.word === "dev" ? 0 : piece.word === "post" ? 3 : 1;
}
