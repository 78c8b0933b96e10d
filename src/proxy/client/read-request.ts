// What a client asked for, once it is clear that everybody will read it in the same way. Everything that two readers could
// understand differently is refused here, before any route is looked at (request smuggling). Pure.

import type { Http2ServerRequest } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { AnyRequest, RequestFacts } from "./exchange.ts";

/** A refusal: a status and what is wrong, for the client. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
}

const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const TARGET = /^\/[\x21-\x22\x24-\x7e\x80-\xff]*$/;
const AUTHORITY = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?\.?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/;
const MAX_TARGET = 16 * 1024;
const MAX_HEADERS = 200;
const PSEUDO = /^:/;

/** Reads and checks it. */
export function readRequest(request: AnyRequest): RequestFacts | Refusal {
  const version = request.httpVersionMajor === 2 ? "2" : request.httpVersion === "1.0" ? "1.0" : "1.1";
  const headers = version === "2" ? withoutPseudo(request.rawHeaders) : request.rawHeaders;
  if (headers.length > 2 * MAX_HEADERS) return { status: 431, why: "There are too many headers." };
  const method = request.method ?? "";
  if (!METHOD.test(method)) return { status: 400, why: "The method is malformed." };
  if (method === "CONNECT" || method === "TRACE") return { status: 405, why: `${method} is not served here.` };
  const place = version === "2" ? place2(request as Http2ServerRequest) : place1(request, headers);
  if ("status" in place) return place;
  const wrong = framingFault(headers, version);
  if (wrong) return { status: 400, why: wrong };
  const expect = request.headers["expect"];
  if (expect !== undefined && expect.toLowerCase() !== "100-continue")
    return { status: 417, why: "Only 100-continue may be expected." };
  return {
    method,
    ...place,
    host: place.authority.replace(/:\d*$/, "").replace(/\.$/, ""),
    secure: (request.socket as TLSSocket).encrypted === true,
    peer: plainAddress(request.socket.remoteAddress ?? ""),
    version,
    headers,
    expectsContinue: expect !== undefined && version !== "1.0",
  };
}

interface Place {
  readonly target: string;
  readonly authority: string;
}

function place1(request: AnyRequest, headers: readonly string[]): Place | Refusal {
  let hosts = 0;
  for (let index = 0; index < headers.length; index += 2) if (headers[index]?.toLowerCase() === "host") hosts++;
  if (hosts > 1) return { status: 400, why: "There are several Host headers." };
  const authority = request.headers.host ?? "";
  const url = request.url ?? "";
  // Absolute form (RFC 9112, 3.2.2): the name in it counts, and must not contradict the header.
  const absolute = /^https?:\/\/([^/?#]+)(.*)$/i.exec(url);
  if (url === "*" && request.method !== "OPTIONS") return { status: 400, why: "The address is malformed." };
  if (!absolute) return checkPlace(url, authority);
  const rest = absolute[2] ?? "";
  const named = absolute[1] ?? "";
  if (hosts === 1 && named.toLowerCase() !== authority.toLowerCase())
    return { status: 400, why: "The address and the Host header name different hosts." };
  return checkPlace(rest.startsWith("/") ? rest : `/${rest}`, named);
}

function place2(request: Http2ServerRequest): Place | Refusal {
  const { authority, headers } = request;
  const host = headers.host;
  if (authority && host !== undefined && host.toLowerCase() !== authority.toLowerCase())
    return { status: 400, why: "The address and the Host header name different hosts." };
  return checkPlace(request.url, authority || host || "");
}

function checkPlace(target: string, authority: string): Place | Refusal {
  if (target.length > MAX_TARGET) return { status: 414, why: "The address is too long." };
  if (!TARGET.test(target) && target !== "*") return { status: 400, why: "The address is malformed." };
  const lower = authority.toLowerCase();
  if (!AUTHORITY.test(lower)) return { status: 400, why: "The host is missing or malformed." };
  return { target, authority: lower };
}

// Node's parser refuses most of this; it is said here once more because everything behind relies on it.
function framingFault(headers: readonly string[], version: string): string | undefined {
  let [lengths, codings] = [0, 0];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase();
    const value = headers[index + 1] ?? "";
    if (/[\r\n\0]/.test(value)) return "A header is malformed.";
    if (name === "content-length") {
      if (++lengths > 1 || !/^\d{1,15}$/.test(value)) return "The length is ambiguous.";
    } else if (name === "transfer-encoding") {
      if (++codings > 1 || value.toLowerCase() !== "chunked" || version !== "1.1")
        return "Only chunked bodies are taken.";
    }
  }
  return lengths + codings > 1 ? "There are a length and a transfer-encoding." : undefined;
}

function withoutPseudo(raw: readonly string[]): readonly string[] {
  return raw.filter((_, index) => !PSEUDO.test(raw[index & ~1] ?? ""));
}

// An IPv4 client of a socket that listens for both.
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
