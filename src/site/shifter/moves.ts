// The translation of a configuration as a list of moves: which value goes where, whence it comes, what is to be said about
// it. The file, its comments and the way back from an error to its origin all come from this one list.

import type { Path } from "../config-document.ts";
import { type Findings, findings } from "../findings.ts";

/** One value and its way. */
export interface Move {
  readonly to: Path;
  readonly value: unknown;
  readonly from: Path;
  /** For people; undefined: only the old name is told. */
  readonly note: string | undefined;
}

/** A key that has nothing to go to. */
export interface Dropped {
  readonly from: Path;
  readonly why: string;
}

export interface Translation {
  readonly moves: readonly Move[];
  readonly dropped: readonly Dropped[];
  /** What was found on the way; paths are those of the origin. */
  readonly found: Findings;
  /** The values in their new places. */
  readonly file: Readonly<Record<string, unknown>>;
  /** Whence the value at a new place came. */
  origin(to: Path): Path;
}

/** Collects moves. */
export interface Mover {
  readonly found: Findings;
  /** Moves a value that is there; `undefined` is not. */
  move(from: Path, to: Path, value: unknown, note?: string): void;
  drop(from: Path, value: unknown, why: string): void;
  end(): Translation;
}

/** A list of moves to add to. */
export function mover(): Mover {
  const moves: Move[] = [];
  const dropped: Dropped[] = [];
  const found = findings();
  return {
    found,
    move(from, to, value, note) {
      if (value !== undefined) moves.push({ from, to, value, note });
    },
    drop(from, value, why) {
      if (value !== undefined) dropped.push({ from, why });
    },
    end: () => ({ moves, dropped, found, file: assemble(moves), origin: (to) => originOf(moves, to) }),
  };
}

function assemble(moves: readonly Move[]): Record<string, unknown> {
  const file: Record<string, unknown> = {};
  for (const { to, value } of moves) {
    let folder = file;
    for (const part of to.slice(0, -1)) folder = inner(folder, String(part));
    put(folder, String(to.at(-1)), value);
  }
  return file;
}

function inner(folder: Record<string, unknown>, key: string): Record<string, unknown> {
  if (!Object.hasOwn(folder, key)) put(folder, key, {});
  return folder[key] as Record<string, unknown>;
}

// Names come from the file: `__proto__` is one like any other.
function put(folder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(folder, key, { value, enumerable: true, configurable: true, writable: true });
}

// The move of the value itself, or of what it is part of, or of the first of its parts.
function originOf(moves: readonly Move[], to: Path): Path {
  const begins = (long: Path, short: Path) => short.every((part, index) => String(part) === String(long[index]));
  const whole = moves.find((move) => begins(to, move.to));
  if (whole) return [...whole.from, ...to.slice(whole.to.length)];
  return moves.find((move) => begins(move.to, to))?.from ?? [];
}
