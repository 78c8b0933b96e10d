// Which proxy, if any, stands between us and a host: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY with the rules
// that curl and the other container engines share. Pure: environment in, decision out.

import { BlockList, isIP } from "node:net";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";

/** A proxy to go through. */
export interface ProxyHop {
  readonly kind: "http" | "https" | "socks5";
  readonly host: string;
  readonly port: number;
  readonly login?: { readonly username: string; readonly password: string };
}

/** The proxy for a URL; undefined: go there directly. */
export type ProxyRules = (url: URL) => ProxyHop | undefined;

/** Reads the proxy variables; both spellings count, the lower-case one first. @throws E_PROXY_URL when used */
export function proxyRules(env: Environment): ProxyRules {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  // A CGI program's HTTP_PROXY is set by whoever sends the request ("httpoxy").
  const http = env["REQUEST_METHOD"] === undefined ? read("HTTP_PROXY") : env["http_proxy"] || undefined;
  const [https, all, none] = [read("HTTPS_PROXY"), read("ALL_PROXY"), read("NO_PROXY") ?? ""];
  return (url) => {
    const [name, text] = url.protocol === "https:" ? ["HTTPS_PROXY", https ?? all] : ["HTTP_PROXY", http ?? all];
    return text === undefined || isBypassed(url, none) ? undefined : parseProxy(text, name);
  };
}

function parseProxy(text: string, name: string): ProxyHop {
  const whole = text.includes("://") ? text : `http://${text}`;
  // The text may hold a password: the error does not repeat it.
  if (!URL.canParse(whole)) throw fail("E_PROXY_URL", { name, why: "it is not a URL" });
  const url = new URL(whole);
  const kinds: Readonly<Record<string, ProxyHop["kind"]>> = {
    "http:": "http",
    "https:": "https",
    "socks:": "socks5",
    "socks5:": "socks5",
    "socks5h:": "socks5",
  };
  const kind = kinds[url.protocol];
  if (kind === undefined) throw fail("E_PROXY_URL", { name, why: `${url.protocol}// is not supported` });
  const port = Number(url.port) || { http: 80, https: 443, socks5: 1080 }[kind];
  const login = { username: decodePart(url.username), password: decodePart(url.password) };
  return { kind, host: bareHost(url.hostname), port, ...(url.username === "" ? {} : { login }) };
}

/**
 * True when NO_PROXY, a list of entries separated by commas or spaces, covers the URL. An entry is `*`, a name (itself
 * and what is below it), `.name` or `*.name` (what is below it), an address, or a CIDR range; each may end in a port.
 * Loopback needs no entry: a proxy elsewhere could not reach it.
 */
export function isBypassed(url: URL, list: string): boolean {
  const host = bareHost(url.hostname).toLowerCase().replace(/\.$/, "");
  if (isLoopback(host)) return true;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/).some((entry) => entry !== "" && covers(entry.toLowerCase(), host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, cidr, bits] = /^\[?([0-9a-f.:]+)\]?\/([0-9]{1,3})$/.exec(entry) ?? [];
  if (cidr !== undefined && bits !== undefined) return inRange(host, cidr, Number(bits));
  const { name, wanted } = splitPort(entry);
  if (wanted !== undefined && wanted !== port) return false;
  if (isIP(name) !== 0) return isIP(host) !== 0 && inRange(host, name, isIP(name) === 4 ? 32 : 128);
  const suffix = name.replace(/^\*/, "");
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function splitPort(entry: string): { name: string; wanted?: string } {
  const bracket = /^\[([0-9a-f:.]+)\](?::([0-9]+))?$/.exec(entry);
  if (bracket) return { name: bracket[1] ?? "", ...(bracket[2] === undefined ? {} : { wanted: bracket[2] }) };
  if (isIP(entry) === 6) return { name: entry };
  const [, name, wanted] = /^(.*?):([0-9]+)$/.exec(entry) ?? [];
  return name === undefined || wanted === undefined ? { name: entry } : { name, wanted };
}

function inRange(host: string, address: string, bits: number): boolean {
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(address, bits, type);
  return range.check(host, type);
}

/** True for names and addresses that never leave this machine; `host` without brackets and port. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost") || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** A URL's hostname without the brackets of an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** A name or password of a URL as it was meant; one that is no percent-encoding is meant as it stands. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
