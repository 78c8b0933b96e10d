// Lists of all images of a system for those who cannot page: what a writer makes of each image is kept, some hundred
// images in one piece of memory, and read again where an image changed. Who sees what is judged for every list anew.

import { setImmediate as breathe } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Eyes } from "../records.ts";
import type { WriteImage } from "../types.ts";
import { mayReadPrivately, type Readers, type StoredImage, shownTo } from "./access.ts";
import { newestKey, type Reader, rangeReader } from "./list.ts";

/** Numbers of images in a part: what is read at once, and again when one of them changed. */
const PART = 100;
/** Milliseconds of work after which others are answered. */
const STRETCH_MS = 3;
/** Nobody asked for so long: the texts are given up. */
const IDLE_MS = 300_000;
const MAX_BYTES = 48 * 1024 * 1024;
/** About what a span takes beside its bytes. */
const SPAN_BYTES = 250;

const NOBODY: Eyes = { uid: undefined, gids: [] };

/** Bytes of a part that the same people see. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Undefined: everybody; else the readers, or with `others` those who are none. */
  readonly readers: Readers | undefined;
  readonly others: boolean;
}

/** The texts of images with neighbouring numbers, each with a comma before it. */
interface Part {
  readonly bytes: Buffer;
  readonly spans: readonly Span[];
  readonly weight: number;
}

/** The texts of all systems' READY images. Owns a timer while it holds some. */
export class ListTexts {
  readonly #db: Kysely<Tables>;
  readonly #imagesBetween: Reader;
  readonly #maxBytes: number;
  readonly #parts = new Map<string, Map<number, Part>>();
  #write: WriteImage | undefined;
  #weight = 0;
  /** Counts changes: a part that was read before one is not kept. */
  #changes = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(db: Kysely<Tables>, maxBytes: number = MAX_BYTES) {
    this.#db = db;
    this.#imagesBetween = rangeReader(db);
    this.#maxBytes = maxBytes;
  }

  /** What these eyes see, in the order of the images' numbers, nothing empty; kept for the writer that asked last. */
  async list(system: string, write: WriteImage, eyes: Eyes): Promise<readonly Buffer[]> {
    if (this.#write !== write) this.clear();
    this.#write = write;
    this.#idle ??= setTimeout(() => this.clear(), IDLE_MS).unref();
    this.#idle.refresh();
    const seen: Buffer[] = [];
    const end = Math.ceil((await newestKey(this.#db)) / PART);
    let since = performance.now();
    for (let index = 0; index < end; index++) {
      if (performance.now() - since > STRETCH_MS) {
        await breathe();
        since = performance.now();
      }
      const part = this.#parts.get(system)?.get(index) ?? (await this.#read(system, write, index));
      for (const bytes of seenOf(part, eyes)) if (bytes.length > 0) seen.push(bytes);
    }
    return seen;
  }

  /** The image of that number is not what it was. */
  forget(key: number): void {
    this.#changes++;
    for (const parts of this.#parts.values()) this.#remove(parts, partOf(key));
  }

  clear(): void {
    this.#changes++;
    this.#parts.clear();
    this.#weight = 0;
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  async #read(system: string, write: WriteImage, index: number): Promise<Part> {
    const changes = this.#changes;
    const keys = { from: index * PART, to: (index + 1) * PART };
    const part = written(await this.#imagesBetween(system, keys), write);
    if (changes === this.#changes && write === this.#write) this.#keep(system, index, part);
    return part;
  }

  #keep(system: string, index: number, part: Part): void {
    const parts = this.#parts.get(system) ?? new Map<number, Part>();
    this.#remove(parts, index);
    if (this.#weight + part.weight > this.#maxBytes) return;
    this.#weight += part.weight;
    this.#parts.set(system, parts.set(index, part));
  }

  #remove(parts: Map<number, Part>, index: number): void {
    this.#weight -= parts.get(index)?.weight ?? 0;
    parts.delete(index);
  }
}

// Numbers begin with one, and a part ends with its last.
function partOf(key: number): number {
  return Math.ceil(key / PART) - 1;
}

function written(images: readonly StoredImage[], write: WriteImage): Part {
  const texts: string[] = [];
  const spans: Span[] = [];
  let at = 0;
  const add = (image: StoredImage, readers: Readers | undefined, others: boolean) => {
    const text = `,${write(image)}`;
    texts.push(text);
    const last = spans.at(-1);
    const from = last && !last.readers && !readers ? (spans.pop()?.from ?? at) : at;
    at += Buffer.byteLength(text);
    spans.push({ from, to: at, readers, others });
  };
  for (const image of images) {
    const open = !image.private && image.privateTags.length === 0;
    add(image, open ? undefined : image.readers, false);
    // Of a public image others see the names that were not found with credentials.
    if (!open && !image.private) add(shownTo(image, NOBODY), image.readers, true);
  }
  const bytes = Buffer.from(texts.join(""));
  return { bytes, spans, weight: bytes.length + spans.length * SPAN_BYTES };
}

function seenOf({ bytes, spans }: Part, eyes: Eyes): readonly Buffer[] {
  const seen = spans.filter(({ readers, others }) => !readers || mayReadPrivately(readers, eyes) !== others);
  return seen.length === spans.length ? [bytes] : seen.map(({ from, to }) => bytes.subarray(from, to));
}
