// The index of one ecosystem and release: a line for each package, its name, a tab, its advisories as JSON. Read in one pass
// for the names that are asked for, and checked against its hash on the way.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { errnoOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import { type Advisory, isAdvisory } from "./advisory.ts";

/** A file as the manifest lists it. */
export interface ListedFile {
  readonly bytes: number;
  readonly sha256: string;
}

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;
const TAB = 0x09;
/** The longest line: a package with ten thousands of advisories. */
const MAX_LINE = 256 << 20;

/** The line of a package. */
export function partLine(name: string, advisories: readonly Advisory[]): string {
  return `${name}\t${JSON.stringify(advisories)}\n`;
}

/**
 * The advisories of the packages that are asked for and have any.
 * @throws E_ADVISORY_DAMAGED when the file is not the listed one
 */
export async function readPart(
  path: string,
  listed: ListedFile,
  names: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly Advisory[]>> {
  const lines = new Map<string, string>();
  const hash = createHash("sha256");
  let bytes = 0;
  let rest: Buffer[] = [];
  for await (const chunk of chunks(path, signal)) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes > listed.bytes) break;
    rest = takeLines(chunk, rest, (line) => takeLine(line, names, lines));
    if (rest.reduce((sum, piece) => sum + piece.length, 0) > MAX_LINE) break;
  }
  if (bytes !== listed.bytes || hash.digest("hex") !== listed.sha256)
    throw fail("E_ADVISORY_DAMAGED", { path, why: "its content has another hash" });
  return new Map([...lines].map(([name, text]) => [name, advisoriesIn(text, path)]));
}

async function* chunks(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK, signal }) as AsyncIterable<Buffer>;
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") throw fail("E_ADVISORY_DAMAGED", { path, why: "it is missing" });
    throw cause;
  }
}

function takeLines(chunk: Buffer, before: Buffer[], take: (line: Buffer) => void): Buffer[] {
  let start = 0;
  for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
    const piece = chunk.subarray(start, end);
    take(before.length === 0 ? piece : Buffer.concat([...before.splice(0), piece]));
    start = end + 1;
  }
  return start === chunk.length ? before : [...before, chunk.subarray(start)];
}

function takeLine(line: Buffer, names: ReadonlySet<string>, lines: Map<string, string>): void {
  const tab = line.indexOf(TAB);
  const name = line.toString("utf8", 0, tab);
  if (names.has(name)) lines.set(name, line.toString("utf8", tab + 1));
}

// A set that somebody else made, and that nobody had to sign, may hold anything under the right hash.
function advisoriesIn(text: string, path: string): readonly Advisory[] {
  const value = parsed(text);
  if (Array.isArray(value) && value.every(isAdvisory)) return value;
  throw fail("E_ADVISORY_DAMAGED", { path, why: "a line of it is in another form" });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
