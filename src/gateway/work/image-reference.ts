// From the tag of a request to a registry and a name in it (spec/shifter.md 4.1): a first element that names a location
// chooses it, everything else is asked of the default one. Pure; used wherever a tag must be understood.

import { BerthError, reasonOf } from "../../base/errors.ts";
import { HUB, parseReference, type Reference } from "../../oci/reference.ts";
import type { GatewayConfig, LocationConfig } from "../../site/gateway-config.ts";
import type { RegistryCredential } from "../types.ts";
import { fail } from "./errors.ts";

/** What a tag means. */
export interface NamedImage {
  readonly location: LocationConfig;
  readonly reference: Reference;
}

type Locations = Pick<GatewayConfig, "locations" | "defaultLocation">;

/** The registry and the name that a tag stands for. @throws E_WORK_LOCATION, E_WORK_REFERENCE, E_WORK_LOCATION_URL */
export function imageReference(tag: string, { locations, defaultLocation }: Locations): NamedImage {
  const slash = tag.indexOf("/");
  const first = slash < 0 ? "" : tag.slice(0, slash);
  const chosen = locations.get(first);
  const location = chosen ?? locations.get(defaultLocation);
  const known = [...locations.keys()].join(", ");
  // With a port it can only be meant as a host, for no part of a repository's name has a colon.
  if (location === undefined || (!chosen && first.includes(":"))) throw fail("E_WORK_LOCATION", { tag, known });
  const host = locationHost(location);
  const rest = chosen ? tag.slice(slash + 1) : tag;
  return { location, reference: { ...named(rest, host === HUB ? HUB : "localhost", tag), registry: host } };
}

function named(rest: string, host: string, tag: string): Reference {
  try {
    return parseReference(`${host}/${rest}`);
  } catch (error) {
    // The sentence points into a text that the user has not written: its first line says enough.
    const why = error instanceof BerthError ? (error.message.split("\n")[0] ?? "") : reasonOf(error);
    throw fail("E_WORK_REFERENCE", { tag, why }, { cause: error });
  }
}

/** `host[:port]` of a location, as in references; all names of the public hub are one. @throws E_WORK_LOCATION_URL */
export function locationHost({ name, url }: LocationConfig): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const plain = parsed && ["https:", "http:"].includes(parsed.protocol) && parsed.pathname === "/" && !parsed.username;
  if (!plain) throw fail("E_WORK_LOCATION_URL", { name });
  return parsed.host === HUB || parsed.host.endsWith(`.${HUB}`) ? HUB : parsed.host;
}

/** The login for a location: its own, else the general one, which is for the default location only. */
export function credentialFor(
  location: LocationConfig,
  registries: ReadonlyMap<string, RegistryCredential>,
  defaultLocation: string,
): RegistryCredential | undefined {
  return registries.get(location.name) ?? (location.name === defaultLocation ? registries.get("default") : undefined);
}
