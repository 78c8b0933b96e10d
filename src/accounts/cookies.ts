// Cookies (RFC 6265bis) of our own: few, for this host alone, never shown to scripts.

import type { AccountsConfig } from "../site/services/accounts.ts";

/** The value of a cookie in a header; undefined: it is not there. The first counts, as browsers send the nearest first. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** A `Set-Cookie` value. `lax`: it is also sent when another site leads here, which a provider's answer does. */
export function writeCookie(
  name: string,
  value: string,
  options: { readonly secure: boolean; readonly maxAge: number },
): string {
  const secure = options.secure ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${Math.floor(options.maxAge)}; HttpOnly; SameSite=Lax${secure}`;
}

/** True when browsers reach this server over TLS, whoever ends that. */
export function isSecure({ publicUrl }: Pick<AccountsConfig, "publicUrl">, protocol: string): boolean {
  return protocol === "https" || (publicUrl?.startsWith("https:") ?? false);
}

/** With the prefix a browser takes it from this very host over TLS only. */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}
