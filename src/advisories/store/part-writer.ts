// Sorts a stream of advisories into the indexes of their ecosystems, in bounded memory: first into piles by ecosystem and
// name, then pile by pile into the index. Writes below one folder and nowhere else.

import { createHash } from "node:crypto";
import { appendFile, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { Advisory, PlacedAdvisory } from "./advisory.ts";
import type { PartFacts } from "./manifest.ts";
import { partLine } from "./part.ts";

const PILES = 16;
const FLUSH_BYTES = 16 << 20;
/** Names of ecosystems come from records: a mirror must not make a million files. */
const MAX_ECOSYSTEMS = 2_000;
/** Ten times what all advisories take; small archives can hold records that name many packages each. */
const MAX_BYTES = 32 * 1024 ** 3;

/** The name of an ecosystem's index. */
export function partFile(ecosystem: string): string {
  return `${encodeURIComponent(ecosystem)}.ndjson`;
}

/** Takes advisories and writes the indexes; `close` removes what is left of the work. */
export class PartWriter {
  readonly #folder: string;
  readonly #piles: string;
  readonly #waiting = new Map<string, string[]>();
  readonly #ecosystems = new Set<string>();
  #waitingBytes = 0;
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#piles = join(folder, ".piles");
  }

  /** Takes one; writes to disk when enough have come together. */
  async add({ ecosystem, name, advisory }: PlacedAdvisory): Promise<void> {
    if (!this.#ecosystems.has(ecosystem) && this.#ecosystems.size >= MAX_ECOSYSTEMS) return;
    this.#ecosystems.add(ecosystem);
    const line = `${name}\t${JSON.stringify(advisory)}\n`;
    const pile = pileFile(ecosystem, crc32(name) % PILES);
    const lines = this.#waiting.get(pile) ?? [];
    lines.push(line);
    this.#waiting.set(pile, lines);
    this.#waitingBytes += line.length;
    this.#bytes += line.length;
    if (this.#bytes > MAX_BYTES)
      throw fail("E_ADVISORY_STORE", { path: this.#folder, why: "there are more advisories than in all the world" });
    if (this.#waitingBytes > FLUSH_BYTES) await this.#flush();
  }

  /** Writes the index of each ecosystem that came and is wanted. */
  async finish(signal?: AbortSignal, isWanted = (_ecosystem: string) => true): Promise<readonly PartFacts[]> {
    await this.#flush();
    const parts: PartFacts[] = [];
    for (const ecosystem of [...this.#ecosystems].filter(isWanted).sort()) {
      signal?.throwIfAborted();
      parts.push(await this.#write(ecosystem));
    }
    return parts;
  }

  async close(): Promise<void> {
    await rm(this.#piles, { recursive: true, force: true });
  }

  async #flush(): Promise<void> {
    await mkdir(this.#piles, { recursive: true });
    for (const [pile, lines] of this.#waiting) await appendFile(join(this.#piles, pile), lines.join(""));
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  async #write(ecosystem: string): Promise<PartFacts> {
    const name = partFile(ecosystem);
    const file = await open(join(this.#folder, name), "wx", 0o644);
    const hash = createHash("sha256");
    const facts = { bytes: 0, packages: 0, records: 0 };
    try {
      for (let pile = 0; pile < PILES; pile += 1) {
        for (const [packageName, advisories] of await readPile(join(this.#piles, pileFile(ecosystem, pile)))) {
          const line = Buffer.from(partLine(packageName, advisories));
          hash.update(line);
          await file.write(line);
          facts.bytes += line.length;
          facts.packages += 1;
          facts.records += advisories.length;
        }
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return { ecosystem, file: name, ...facts, sha256: hash.digest("hex") };
  }
}

function pileFile(ecosystem: string, pile: number): string {
  return `${encodeURIComponent(ecosystem)}.${pile}`;
}

// In order, so that the same records give the same file, and each only once.
async function readPile(path: string): Promise<readonly (readonly [string, readonly Advisory[]])[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    // An ecosystem need not have advisories in every pile; one that cannot be read is not an empty one.
    if (errnoOf(cause) === "ENOENT") return "";
    throw fail("E_ADVISORY_STORE", { path, why: reasonOf(cause) }, { cause });
  });
  const lines = [...new Set(text.split("\n"))].filter((line) => line !== "").sort();
  const byName = new Map<string, Advisory[]>();
  for (const line of lines) {
    const tab = line.indexOf("\t");
    const advisories = byName.get(line.slice(0, tab)) ?? [];
    advisories.push(JSON.parse(line.slice(tab + 1)) as Advisory);
    byName.set(line.slice(0, tab), advisories);
  }
  return [...byName];
}
