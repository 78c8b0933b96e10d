// The head of a backend's reply, read strictly: a backend is somebody's container, and what is ambiguous here would let it
// speak in another reply's name. Pure.

/** How a reply's body ends. */
export type BodyEnd =
  | { readonly by: "none" }
  | { readonly by: "length"; readonly bytes: number }
  | { readonly by: "chunks" }
  | { readonly by: "close" };

export interface ReplyHead {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value …, as they came. */
  readonly headers: readonly string[];
  readonly body: BodyEnd;
  /** The connection may carry another request afterwards. */
  readonly keepAlive: boolean;
  /** Seconds that the backend says it keeps an unused connection; undefined: it does not say. */
  readonly keepAliveSeconds: number | undefined;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const HEADER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/;

/** Reads a head without its last empty line; a text is what is wrong with it. Clauses: RFC 9112, 4 to 6. */
export function parseReplyHead(text: string, method: string): ReplyHead | string {
  const lines = text.split("\r\n");
  const first = STATUS_LINE.exec(lines[0] ?? "");
  if (!first) return "its status line is malformed";
  const status = Number(first[2]);
  const fields = readFields(lines);
  if (typeof fields === "string") return fields;
  const body = bodyOf(fields, status, method);
  if (typeof body === "string") return body;
  const { connection } = fields;
  const persistent = first[1] === "1" ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection);
  const timeout = /\btimeout=(\d{1,6})\b/i.exec(fields.keepAlive)?.[1];
  return {
    status,
    reason: first[3] ?? "",
    headers: fields.headers,
    body,
    keepAlive: persistent && body.by !== "close",
    keepAliveSeconds: timeout === undefined ? undefined : Number(timeout),
  };
}

interface Fields {
  readonly headers: string[];
  connection: string;
  keepAlive: string;
  length: string | undefined;
  coding: string | undefined;
}

function readFields(lines: readonly string[]): Fields | string {
  const fields: Fields = { headers: [], connection: "", keepAlive: "", length: undefined, coding: undefined };
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    // A line that begins with a blank (folding) fails here too.
    if (!HEADER.test(line)) return "a header is malformed";
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    const wrong = noteFraming(fields, name.toLowerCase(), value);
    if (wrong) return wrong;
    fields.headers.push(name, value);
  }
  return fields;
}

function noteFraming(fields: Fields, name: string, value: string): string | undefined {
  if (name === "connection") fields.connection += `,${value}`;
  else if (name === "keep-alive") fields.keepAlive = value;
  else if (name === "content-length") {
    if (!/^\d{1,15}$/.test(value)) return "its content-length is no number";
    if (fields.length !== undefined) return "it has two lengths";
    fields.length = value;
  } else if (name === "transfer-encoding") {
    if (fields.coding !== undefined || value.toLowerCase() !== "chunked") return "its transfer-encoding is not chunked";
    fields.coding = value;
  }
  return undefined;
}

function bodyOf({ length, coding }: Fields, status: number, method: string): BodyEnd | string {
  if (coding !== undefined && length !== undefined) return "it has a length and a transfer-encoding";
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") return { by: "none" };
  if (coding !== undefined) return { by: "chunks" };
  if (length !== undefined) return length === "0" ? { by: "none" } : { by: "length", bytes: Number(length) };
  return { by: "close" };
}
