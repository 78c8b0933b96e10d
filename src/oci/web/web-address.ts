// The address of an image file on a web server, as people write it: with a login, and a checksum behind `#`. Pure.

import { type Digest, parseDigest } from "../../base/digest.ts";
import { basicLogin } from "../registry/tunnel.ts";
import { fail } from "./errors.ts";

/** An address, parsed. */
export interface WebAddress {
  /** Without login and fragment. */
  readonly url: URL;
  /** Without query: for messages. */
  readonly shown: string;
  readonly digest: Digest | undefined;
  /** Value of the Authorization header. */
  readonly login: string | undefined;
}

/** @throws E_WEB_ADDRESS, E_DIGEST_INVALID */
export function parseWebAddress(text: string, checksum?: string): WebAddress {
  if (!URL.canParse(text)) throw fail("E_WEB_ADDRESS", { url: text.replace(/\/\/[^/@]*@/, "//") });
  const url = new URL(text);
  const said = checksum ?? (/^#sha(256|512):/.test(url.hash) ? url.hash.slice(1) : undefined);
  const { username, password } = url;
  const login = username
    ? basicLogin({ username: decodeURIComponent(username), password: decodeURIComponent(password) })
    : undefined;
  url.username = "";
  url.password = "";
  url.hash = "";
  const shown = url.origin + url.pathname;
  return { url, shown, digest: said === undefined ? undefined : parseDigest(said), login };
}
