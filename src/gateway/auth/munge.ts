// Credentials of munge, made and read through munged's socket without any other process. Knows who made a credential
// and whether it is still good; what the payload means is for others.

import { setTimeout as pause } from "node:timers/promises";
import { type BerthError, errnoOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { type Gate, GateFull, openGate } from "./gate.ts";
import { BrokenExchange, type Exchange, exchange } from "./munge-exchange.ts";
import {
  type DecodeAnswer,
  decodeRequest,
  encodeRequest,
  MAX_BODY_BYTES,
  MalformedAnswer,
  type Operation,
  readDecodeAnswer,
  readEncodeAnswer,
} from "./munge-message.ts";

/** Where munged listens unless the site says otherwise. */
export const DEFAULT_SOCKET = "/run/munge/munge.socket.2";

/** Who made a credential, as munged vouches for it. */
export interface MungeIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly encodedAt: number;
  readonly payload: Buffer;
}

export interface DecodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Accept what is genuine but expired, rewound or used before: a login kept in a file. */
  readonly anyAge?: boolean;
}

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Seconds; undefined: munged's default, five minutes. */
  readonly ttl?: number | undefined;
}

/** One munged, by its socket. All requests of a process should go through one of these: the limits are munged's. */
export interface Munge {
  readonly socket: string;
  /** The calling process's credential around `payload`. @throws E_AUTH_NO_MUNGE, E_AUTH_MUNGE_BUSY */
  encode(payload: string | Uint8Array, options?: EncodeOptions): Promise<string>;
  /**
   * Who made this credential; it is used up by that.
   * @throws E_AUTH_EXPIRED, E_AUTH_REWOUND, E_AUTH_REPLAYED, E_AUTH_INVALID; E_AUTH_NO_MUNGE, E_AUTH_MUNGE_BUSY
   */
  decode(credential: string, options?: DecodeOptions): Promise<MungeIdentity>;
}

// munged has a few threads and a backlog of 256 connections; beyond that the kernel refuses, and everybody waits longer.
const CONNECTIONS = 24;
const RELAYED = 1000;
const WAITING = 20_000;

/** How questions reach munged, and how many may be on their way. */
export interface MungeWay {
  readonly exchange: Exchange;
  readonly width: number;
}

/** Through a relay, which keeps to munged's limits by itself. */
export function relayed(relay: { readonly exchange: Exchange }): MungeWay {
  return { exchange: relay.exchange, width: RELAYED };
}

/** Talks to the munged behind `socket`; opens nothing before it is asked. */
export function openMunge(socket: string, way: MungeWay = { exchange, width: CONNECTIONS }): Munge {
  const gate = openGate(way.width, WAITING);
  return {
    socket,
    async encode(payload, { signal, ttl = 0 } = {}) {
      const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
      const line: Line = { socket, gate, operation: "encode", signal, exchange: way.exchange };
      const answer = await ask(line, (attempt) => encodeRequest(bytes, ttl, attempt), readEncodeAnswer);
      if (answer.status !== 0) throw away(socket, answer.message || `error ${answer.status}`);
      return answer.credential;
    },
    async decode(credential, { signal, anyAge = false } = {}) {
      const text = credential.trim();
      if (!text.startsWith("MUNGE:")) throw fail("E_AUTH_INVALID", { why: "it does not begin with MUNGE:" });
      if (text.length > MAX_BODY_BYTES / 2) throw fail("E_AUTH_INVALID", { why: "it is too long" });
      const line: Line = { socket, gate, operation: "decode", signal, exchange: way.exchange };
      const answer = await ask(line, (attempt) => decodeRequest(text, attempt), readDecodeAnswer);
      const refusal = refusalOf(socket, answer, anyAge);
      if (refusal) throw refusal;
      const { uid, gid, encodedAt, payload } = answer;
      return { uid, gid, encodedAt, payload };
    },
  };
}

/** One credential of the calling process, for a client that makes one request. @throws as `Munge.encode` */
export function encodeMunge(socket: string, payload: string | Uint8Array, options?: EncodeOptions): Promise<string> {
  return openMunge(socket).encode(payload, options);
}

/** Reads one credential. @throws as `Munge.decode` */
export function decodeMunge(socket: string, credential: string, options?: DecodeOptions): Promise<MungeIdentity> {
  return openMunge(socket).decode(credential, options);
}

// Numbers of munge(7). Those up to 7 are faults of munged, not of the credential.
const EXPIRED = 15;
const REWOUND = 16;
const REPLAYED = 17;
const LAST_OWN_FAULT = 7;
const OF_AGE = new Set([EXPIRED, REWOUND, REPLAYED]);

function refusalOf(socket: string, { status, message }: DecodeAnswer, anyAge: boolean): BerthError | undefined {
  if (status === 0 || (anyAge && OF_AGE.has(status))) return undefined;
  if (status === EXPIRED) return fail("E_AUTH_EXPIRED");
  if (status === REWOUND) return fail("E_AUTH_REWOUND");
  if (status === REPLAYED) return fail("E_AUTH_REPLAYED");
  const why = message || `error ${status}`;
  // A length that munged does not take (3) was sent to it; the rest of the low numbers is its own trouble.
  if (status <= LAST_OWN_FAULT && status !== 3) return away(socket, why);
  return fail("E_AUTH_INVALID", { why });
}

const ATTEMPTS = 5;
const TIMEOUT_MS = 10_000;

/** What a question goes through. */
interface Line {
  readonly socket: string;
  readonly gate: Gate;
  readonly operation: Operation;
  readonly signal: AbortSignal | undefined;
  readonly exchange: Exchange;
}

async function ask<T>(line: Line, request: (attempt: number) => Buffer, read: (body: Buffer) => T): Promise<T> {
  const { socket, gate, signal } = line;
  try {
    return read(await gate.pass(() => askAgain(line, request), signal));
  } catch (error) {
    if (error instanceof GateFull) throw fail("E_AUTH_MUNGE_BUSY", { socket });
    if (error instanceof BrokenExchange || error instanceof MalformedAnswer) throw away(socket, error.message, error);
    throw error;
  }
}

async function askAgain(line: Line, request: (attempt: number) => Buffer): Promise<Buffer> {
  const { socket, operation, signal } = line;
  // Counts questions that may have arrived: to a repeated one munged does not answer "replayed".
  let asked = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await line.exchange(socket, operation, request(asked), { timeoutMs: TIMEOUT_MS, signal });
    } catch (error) {
      if (!(error instanceof BrokenExchange) || attempt === ATTEMPTS || !mayMend(error)) throw error;
      if (error.asked) asked++;
      await pause(10 * attempt, undefined, signal ? { signal } : {});
    }
  }
}

// A full backlog (EAGAIN) or a lost connection passes; a socket that is not there stays away for longer than this.
function mayMend(error: BrokenExchange): boolean {
  const errno = errnoOf(error.cause);
  return errno === "EAGAIN" || errno === "ECONNRESET" || errno === "EPIPE" || (error.asked && !error.late);
}

function away(socket: string, why: string, cause?: unknown): BerthError {
  return fail("E_AUTH_NO_MUNGE", { socket, why }, { cause });
}
