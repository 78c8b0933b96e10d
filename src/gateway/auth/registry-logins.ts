// The registry logins that travel in a munge credential: JSON `{"authorized_locations":{"<location>":"user:password"}}`
// (spec/shifter.md 1.2). A payload of any other form means "none", as it always has.

import type { RegistryCredential } from "../types.ts";

const NONE: ReadonlyMap<string, RegistryCredential> = new Map();
const MOST_LOCATIONS = 64;

/** The logins of a payload. */
export function readRegistryLogins(payload: Buffer): ReadonlyMap<string, RegistryCredential> {
  if (payload.length === 0) return NONE;
  const locations = authorizedLocations(payload);
  if (locations === undefined) return NONE;
  const logins = new Map<string, RegistryCredential>();
  for (const [location, login] of Object.entries(locations).slice(0, MOST_LOCATIONS)) {
    const read = typeof login === "string" ? readLogin(login) : undefined;
    if (read) logins.set(location, read);
  }
  return logins;
}

/** The payload that carries these logins, for clients. */
export function writeRegistryLogins(logins: ReadonlyMap<string, RegistryCredential>): string {
  if (logins.size === 0) return "";
  const locations = [...logins].map(([location, { user, password }]) => [location, `${user}:${password}`]);
  return JSON.stringify({ authorized_locations: Object.fromEntries(locations) });
}

/** `user:password`; the password may contain colons, the name none. */
export function readLogin(text: string): RegistryCredential | undefined {
  const colon = text.indexOf(":");
  if (colon < 1) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function authorizedLocations(payload: Buffer): object | undefined {
  try {
    const { authorized_locations: locations } = Object(JSON.parse(payload.toString("utf8"))) as Record<string, unknown>;
    return typeof locations === "object" && locations !== null && !Array.isArray(locations) ? locations : undefined;
  } catch {
    return undefined;
  }
}
