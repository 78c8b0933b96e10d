// The address of an image file on a web server, as people write it: with a login, and a checksum behind `#`. Pure.

import { type Digest, parseDigest } from "../../base/digest.ts";
import { decodePart } from "../registry/proxy.ts";
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
  // The text may hold a login, and a signature in its query: the error repeats neither.
  if (!URL.canParse(text)) throw fail("E_WEB_ADDRESS", { url: text.replace(/\?.*$/s, "").replace(/\/\/.*@/s, "//") });
  const url = new URL(text);
  // Whatever looks like a checksum is one, or wrong: it must not be passed over.
  const said = checksum ?? (/^#(?:sha|md|blake)[a-z0-9-]*:/i.test(url.hash) ? url.hash.slice(1) : undefined);
  const { username, password } = url;
  const login = username ? basicLogin({ username: decodePart(username), password: decodePart(password) }) : undefined;
  url.username = "";
  url.password = "";
  url.hash = "";
  const shown = url.origin + url.pathname;
  return { url, shown, digest: said === undefined ? undefined : parseDigest(said), login };
}
