// An engine's stream with two outputs in it: frames of eight bytes head (which output, length) and data. With a terminal
// there is one output and no frames. Reads as fast as the caller does, and no faster.

export interface Piece {
  readonly stream: "stdout" | "stderr";
  readonly data: Buffer;
}

const HEAD = 8;
/** No engine sends more than 16 KiB of a log line, or 32 KiB of a program's output, in one frame. */
const MAX_FRAME = 4 * 1024 * 1024;

/** The pieces in order. @throws what `bad` makes of a reason, when the frames make no sense */
export async function* demultiplex(
  stream: AsyncIterable<Buffer>,
  tty: boolean,
  bad: (reason: string) => Error,
): AsyncGenerator<Piece> {
  if (tty) {
    for await (const data of stream) yield { stream: "stdout", data };
    return;
  }
  const queue = new Bytes();
  for await (const chunk of stream) {
    queue.add(chunk);
    for (let piece = nextFrame(queue, bad); piece; piece = nextFrame(queue, bad)) yield piece;
  }
  if (queue.length > 0) throw bad("the output ends in the middle of a frame");
}

function nextFrame(queue: Bytes, bad: (reason: string) => Error): Piece | undefined {
  if (queue.length < HEAD) return undefined;
  const head = queue.peek(HEAD);
  const kind = head.readUInt8(0);
  const length = head.readUInt32BE(4);
  if (kind > 2 || length > MAX_FRAME) throw bad(`a frame of kind ${kind} with ${length} bytes`);
  if (queue.length < HEAD + length) return undefined;
  queue.take(HEAD);
  return { stream: kind === 2 ? "stderr" : "stdout", data: queue.take(length) };
}

/** Chunks in line; joined only where a frame spans several, so that long frames cost no more than short ones. */
class Bytes {
  #chunks: Buffer[] = [];
  length = 0;

  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  peek(count: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    if (first.length >= count) return first.subarray(0, count);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return (this.#chunks[0] ?? first).subarray(0, count);
  }

  take(count: number): Buffer {
    if (count === 0) return Buffer.alloc(0);
    const taken = this.peek(count);
    const first = this.#chunks.shift() ?? taken;
    if (first.length > count) this.#chunks.unshift(first.subarray(count));
    this.length -= count;
    return taken;
  }
}
