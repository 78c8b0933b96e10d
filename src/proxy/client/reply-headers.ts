// Headers of a backend's reply as the client gets them: what belongs to the connection to the backend stays behind. Pure.

const HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
  "http2-settings",
]);
// Clause 8.2.2 of RFC 9113 forbids what is of connections; `trailer` is of no use without chunks.
const FORBIDDEN_TRAILERS = new Set([
  ...["content-length", "content-encoding", "content-type", "content-range", "host", "trailer", "set-cookie", "cookie"],
  ...["authorization", "www-authenticate", "cache-control", "location", "expect", "forwarded", "max-forwards", "age"],
  ...HOP,
]);

/** Without the headers of a connection, those named by `Connection` too. Name, value, name, value …. */
export function endToEnd(headers: readonly string[]): string[] {
  const kept: string[] = [];
  let named: ReadonlySet<string> | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? "";
    const lower = name.toLowerCase();
    if (lower === "connection") named = namedBy(headers[index + 1] ?? "", named);
    if (!HOP.has(lower)) kept.push(name, headers[index + 1] ?? "");
  }
  return named ? kept.filter((_, index) => !named?.has((kept[index & ~1] ?? "").toLowerCase())) : kept;
}

/** The names in `Connection` that are not its usual words; undefined: none. */
export function namedBy(value: string, before?: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (/^(?:keep-alive|close|upgrade)?$/i.test(value)) return before;
  const names = value.split(",").map((name) => name.trim().toLowerCase());
  // A backend cannot take away how long its own reply is.
  return new Set([...(before ?? []), ...names.filter((name) => name !== "" && !KEPT.has(name))]);
}

const KEPT = new Set(["close", "content-length", "host", "set-cookie", "date", "cookie", "authorization"]);

/** Trailers that are safe to pass on: none that says how a message is to be read. */
export function safeTrailers(trailers: readonly string[]): readonly string[] {
  if (trailers.length === 0) return trailers;
  return trailers.filter((_, index) => {
    // As in the head, see `requestHead`: some readers cannot tell one sign from another.
    const name = (trailers[index & ~1] ?? "").toLowerCase().replace(/[^a-z0-9-]/g, "-");
    return !FORBIDDEN_TRAILERS.has(name) && !/^x-(?:forwarded|berth|real)-/.test(name);
  });
}

/** For `writeHead` of HTTP/1. */
export function replyFor1(headers: readonly string[]): string[] {
  return headers as string[];
}

/**
 * For HTTP/2: an object. What comes more than once is joined (RFC 9110, 5.3), for Node throws at lists of what should come
 * once; cookies alone cannot be joined.
 */
export function replyFor2(headers: readonly string[]): Record<string, string | string[]> {
  // No prototype: a container may call its headers as it likes.
  const object: Record<string, string | string[]> = Object.create(null);
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? "").toLowerCase();
    const value = headers[index + 1] ?? "";
    const before = object[name];
    if (name === "set-cookie") object[name] = [...(Array.isArray(before) ? before : []), value];
    else object[name] = before === undefined ? value : `${String(before)}, ${value}`;
  }
  return object;
}
