// Follows redirects by hand, so that a login never travels to where a registry (or somebody in its place) points.

import { discard } from "./body.ts";
import { fail } from "./errors.ts";
import { bareHost, isLoopback } from "./proxy.ts";
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

const MAX_REDIRECTS = 5;
const SECRET_HEADERS = ["authorization", "cookie", "proxy-authorization"];

/**
 * Sends a GET or HEAD and follows up to five redirects; other methods are not followed, as their body may hold a
 * secret. The response's `url` is where the answer came from at last.
 *
 * @throws E_REDIRECT
 */
export async function sendFollowing(transport: Transport, first: HttpRequest): Promise<HttpResponse> {
  let request = first;
  for (let hops = 0; ; hops += 1) {
    const response = await transport.send(request);
    const location = response.headers["location"];
    const moved = [301, 302, 303, 307, 308].includes(response.status);
    if (!moved || location === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      return { ...response, redirected: request.url.origin !== first.url.origin };
    }
    await discard(response.body);
    const host = request.url.host;
    if (hops === MAX_REDIRECTS) throw fail("E_REDIRECT", { host, why: `more than ${MAX_REDIRECTS} times` });
    request = redirected(request, location);
  }
}

function redirected(request: HttpRequest, location: string): HttpRequest {
  const host = request.url.host;
  if (!URL.canParse(location, request.url.href)) throw fail("E_REDIRECT", { host, why: "to something that is no URL" });
  const url = new URL(location, request.url);
  const plain = url.protocol === "http:";
  if (!plain && url.protocol !== "https:") throw fail("E_REDIRECT", { host, why: `to ${url.protocol}` });
  if (plain && request.url.protocol === "https:" && !isLoopback(bareHost(url.hostname))) {
    throw fail("E_REDIRECT", { host, why: `from HTTPS to plain HTTP at ${url.host}` });
  }
  // Names in the URL would become a login at the other side.
  url.username = "";
  url.password = "";
  const same = url.origin === request.url.origin;
  const headers = Object.entries(request.headers).filter(([name]) => same || !SECRET_HEADERS.includes(name));
  // An exception made for one host is none for the next.
  const { insecure, ...rest } = request;
  return { ...rest, url, headers: Object.fromEntries(headers), ...(same && insecure ? { insecure } : {}) };
}
