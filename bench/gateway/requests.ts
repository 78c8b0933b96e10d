// Requests of the measures, as bytes: with a munge credential each, made before the clock runs.

import { SYSTEM, tagOf } from "./seed.ts";
import type { GatewaySite } from "./site.ts";
import { IMAGES } from "./site.ts";

const AT_ONCE = 2_000;

/** Credentials without payload, one for each request. */
export async function makeCredentials({ munge }: GatewaySite, count: number): Promise<readonly string[]> {
  const credentials: string[] = [];
  while (credentials.length < count) {
    const some = Math.min(AT_ONCE, count - credentials.length);
    credentials.push(...(await Promise.all(Array.from({ length: some }, () => munge.encode("")))));
  }
  return credentials;
}

/** The lookup of image number `n`. */
export function lookup(n: number, credential: string): string {
  return get(`/api/lookup/${SYSTEM}/docker/${encodeURIComponent(tagOf(n))}/`, credential);
}

export function get(path: string, credential: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: gateway\r\nauthentication: ${credential}\r\n\r\n`;
}

/** A public image, another each time and all over the catalog. */
export function somePublic(n: number): number {
  const image = (n * 7919) % IMAGES;
  return image % 10 === 0 ? image + 1 : image;
}
