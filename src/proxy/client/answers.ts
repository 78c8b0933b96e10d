// What the proxy itself answers: a page for people, a problem document (RFC 9457) for programs. Names no stack, no address
// and no reason that strangers should not see.

import type { Exchange } from "./exchange.ts";
import { messagePage } from "./pages.ts";

/** An answer of the proxy's own. */
export interface OwnAnswer {
  readonly status: number;
  /** What is there, or not. */
  readonly title: string;
  /** A sentence. */
  readonly detail: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly headers?: readonly string[] | undefined;
  /** Instead of the page that is made of the words. */
  readonly page?: string | undefined;
  /** The connection is not to be used again. */
  readonly last?: boolean | undefined;
}

const REASONS: Readonly<Record<number, string>> = {
  302: "Found",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  417: "Expectation Failed",
  421: "Misdirected Request",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** True for a person's browser that goes to a page: it gets pages to read. */
export function wantsPage(exchange: Exchange): boolean {
  if (exchange.method !== "GET" && exchange.method !== "HEAD") return false;
  return /\btext\/html\b/i.test(exchange.header("accept") ?? "");
}

/** Answers; does nothing when an answer was begun. */
export function answer(exchange: Exchange, own: OwnAnswer): void {
  if (exchange.answered || exchange.closed) return;
  const { status } = own;
  const asPage = wantsPage(exchange);
  const text = asPage
    ? (own.page ?? messagePage({ title: own.title, text: own.detail, note: `${status} ${REASONS[status] ?? ""}` }))
    : `${JSON.stringify({ type: "about:blank", title: own.title, status, detail: own.detail })}\n`;
  const body = Buffer.from(text);
  const headers = [
    "Content-Type",
    asPage ? "text/html; charset=utf-8" : "application/problem+json",
    ...["Content-Length", String(body.length), "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"],
    ...(asPage ? ["Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"] : []),
    ...(own.retryAfter === undefined ? [] : ["Retry-After", String(own.retryAfter)]),
    ...(own.headers ?? []),
  ];
  exchange.begin(status, REASONS[status] ?? "", headers, own.last ?? false);
  exchange.end(exchange.method === "HEAD" ? undefined : body, []);
  exchange.body?.discard();
}

/** Sends the client elsewhere. */
export function redirect(
  exchange: Exchange,
  status: 302 | 308,
  location: string,
  headers: readonly string[] = [],
): void {
  if (exchange.answered || exchange.closed) return;
  const all = ["Location", location, "Content-Length", "0", "Cache-Control", "no-store", ...headers];
  exchange.begin(status, REASONS[status] ?? "", all, false);
  exchange.end(undefined, []);
  exchange.body?.discard();
}
