// Messages between a client and munged (protocol version 4, as libmunge 0.5 speaks it): requests to bytes, answers to
// records. Every number is big-endian. Pure; knows neither sockets nor what a payload means.

/** An answer that is no answer: cut off, of another version, or longer than it may be. */
export class MalformedAnswer extends Error {}

/** What munged says about a credential, also when it refuses it as expired, rewound or replayed. */
export interface DecodeAnswer {
  /** An error number of munge(7); 0: good. */
  readonly status: number;
  readonly message: string;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly encodedAt: number;
  readonly payload: Buffer;
}

export interface EncodeAnswer {
  readonly status: number;
  readonly message: string;
  readonly credential: string;
}

const MAGIC = 0x00606d4b;
const VERSION = 4;
export const HEADER_BYTES = 11;
const TYPES = { encode: { request: 2, answer: 3 }, decode: { request: 4, answer: 5 } } as const;
/** The longest body either side sends: munged refuses more. */
export const MAX_BODY_BYTES = 1024 * 1024;

// "Default" for cipher, MAC and compression; anybody may decode.
const DEFAULT_METHOD = 1;
const ANYBODY = 0xffffffff;

export type Operation = keyof typeof TYPES;

/** Asks for a credential of the calling process around `payload`; `ttl` in seconds, 0: munged's default. */
export function encodeRequest(payload: Uint8Array, ttl: number, attempt: number): Buffer {
  const request = message("encode", attempt, 20 + payload.length);
  let at = HEADER_BYTES;
  // The last: length of the realm, which nobody uses.
  for (const byte of [DEFAULT_METHOD, DEFAULT_METHOD, DEFAULT_METHOD, 0]) at = request.writeUInt8(byte, at);
  for (const number of [ttl, ANYBODY, ANYBODY, payload.length]) at = request.writeUInt32BE(number, at);
  request.set(payload, at);
  return request;
}

/** Asks what a credential holds. `attempt` above 0 tells munged that this client may have asked before. */
export function decodeRequest(credential: string, attempt: number): Buffer {
  // A string of C: munged reads the last byte as its end.
  const text = credential.length + 1;
  const request = message("decode", attempt, 4 + text);
  const at = request.writeUInt32BE(text, HEADER_BYTES);
  request.writeUInt8(0, at + request.write(credential, at, "latin1"));
  return request;
}

// The header and room for the body, for the caller to fill: zeroed memory of its own for each would cost more than what is in it.
function message(operation: Operation, attempt: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt8(VERSION, 4);
  bytes.writeUInt8(TYPES[operation].request, 5);
  bytes.writeUInt8(attempt, 6);
  bytes.writeUInt32BE(length, 7);
  return bytes;
}

/** Bytes of the body that follows this header. @throws MalformedAnswer */
export function answerLength(operation: Operation, bytes: Buffer): number {
  if (bytes.readUInt32BE(0) !== MAGIC) throw new MalformedAnswer("this is not munged");
  const version = bytes.readUInt8(4);
  if (version !== VERSION)
    throw new MalformedAnswer(`munged speaks version ${version} of its protocol, not ${VERSION}`);
  const type = bytes.readUInt8(5);
  if (type !== TYPES[operation].answer) throw new MalformedAnswer(`munged sent a message of type ${type}`);
  const length = bytes.readUInt32BE(7);
  if (length > MAX_BODY_BYTES) throw new MalformedAnswer(`munged announced ${length} bytes`);
  return length;
}

/** The body of a whole answer. @throws MalformedAnswer */
export function answerBody(operation: Operation, bytes: Buffer): Buffer {
  if (bytes.length !== HEADER_BYTES + answerLength(operation, bytes)) {
    throw new MalformedAnswer("munged's answer is not as long as it says");
  }
  return bytes.subarray(HEADER_BYTES);
}

/** @throws MalformedAnswer */
export function readEncodeAnswer(body: Buffer): EncodeAnswer {
  const fields = new Fields(body);
  const status = fields.uint8();
  const message = fields.text(fields.uint8());
  const credential = fields.text(fields.uint32());
  fields.end();
  return { status, message, credential };
}

/** @throws MalformedAnswer */
export function readDecodeAnswer(body: Buffer): DecodeAnswer {
  const fields = new Fields(body);
  const status = fields.uint8();
  const message = fields.text(fields.uint8());
  fields.skip(3); // Cipher, MAC, compression.
  fields.skip(fields.uint8()); // Realm.
  fields.skip(4); // Time to live.
  fields.skip(fields.uint8()); // Address of the host that made it.
  const encodedAt = fields.uint32();
  fields.skip(4); // Time of decoding.
  const uid = fields.uint32();
  const gid = fields.uint32();
  fields.skip(8); // Who alone may decode it.
  const payload = fields.bytes(fields.uint32());
  fields.end();
  return { status, message, uid, gid, encodedAt, payload };
}

/** The fields of a body, one after the other. Views of bytes cost more than all the rest: none is made for a number. */
class Fields {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  uint8(): number {
    return this.#body.readUInt8(this.#pass(1));
  }

  uint32(): number {
    return this.#body.readUInt32BE(this.#pass(4));
  }

  /** Strings arrive with the zero byte that ends them in C. */
  text(count: number): string {
    const from = this.#pass(count);
    if (count === 0) return "";
    const zero = this.#body.indexOf(0, from);
    return this.#body.toString("latin1", from, zero < 0 || zero > this.#at ? this.#at : zero);
  }

  bytes(count: number): Buffer {
    const from = this.#pass(count);
    return count === 0 ? NOTHING : this.#body.subarray(from, this.#at);
  }

  skip(count: number): void {
    this.#pass(count);
  }

  end(): void {
    if (this.#at !== this.#body.length) throw new MalformedAnswer("munged's answer is longer than it says");
  }

  // Goes past so many bytes and gives where they begin.
  #pass(count: number): number {
    const from = this.#at;
    if (from + count > this.#body.length) throw new MalformedAnswer("munged's answer is cut off");
    this.#at = from + count;
    return from;
  }
}

const NOTHING = Buffer.alloc(0);
