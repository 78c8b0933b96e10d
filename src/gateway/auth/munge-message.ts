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
  const fields = Buffer.alloc(20);
  fields.writeUInt8(DEFAULT_METHOD, 0);
  fields.writeUInt8(DEFAULT_METHOD, 1);
  fields.writeUInt8(DEFAULT_METHOD, 2);
  // Byte 3: length of the realm, which nobody uses.
  fields.writeUInt32BE(ttl, 4);
  fields.writeUInt32BE(ANYBODY, 8);
  fields.writeUInt32BE(ANYBODY, 12);
  fields.writeUInt32BE(payload.length, 16);
  return Buffer.concat([header("encode", attempt, fields.length + payload.length), fields, payload]);
}

/** Asks what a credential holds. `attempt` above 0 tells munged that this client may have asked before. */
export function decodeRequest(credential: string, attempt: number): Buffer {
  const text = Buffer.byteLength(credential, "latin1") + 1;
  // A string of C: munged reads the last byte as its end.
  const body = Buffer.alloc(4 + text);
  body.writeUInt32BE(text, 0);
  body.write(credential, 4, "latin1");
  return Buffer.concat([header("decode", attempt, body.length), body]);
}

function header(operation: Operation, attempt: number, length: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
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
  const message = text(fields.bytes(fields.uint8()));
  const credential = text(fields.bytes(fields.uint32()));
  fields.end();
  return { status, message, credential };
}

/** @throws MalformedAnswer */
export function readDecodeAnswer(body: Buffer): DecodeAnswer {
  const fields = new Fields(body);
  const status = fields.uint8();
  const message = text(fields.bytes(fields.uint8()));
  fields.bytes(3); // Cipher, MAC, compression.
  fields.bytes(fields.uint8()); // Realm.
  fields.uint32(); // Time to live.
  fields.bytes(fields.uint8()); // Address of the host that made it.
  const encodedAt = fields.uint32();
  fields.uint32(); // Time of decoding.
  const uid = fields.uint32();
  const gid = fields.uint32();
  fields.bytes(8); // Who alone may decode it.
  const payload = fields.bytes(fields.uint32());
  fields.end();
  return { status, message, uid, gid, encodedAt, payload };
}

// Strings arrive with the zero byte that ends them in C.
function text(bytes: Buffer): string {
  const zero = bytes.indexOf(0);
  return bytes.toString("latin1", 0, zero < 0 ? bytes.length : zero);
}

/** The fields of a body, one after the other. */
class Fields {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  uint8(): number {
    return this.bytes(1).readUInt8(0);
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE(0);
  }

  bytes(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#body.length) throw new MalformedAnswer("munged's answer is cut off");
    const bytes = this.#body.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  end(): void {
    if (this.#at !== this.#body.length) throw new MalformedAnswer("munged's answer is longer than it says");
  }
}
