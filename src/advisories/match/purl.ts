// When two package URLs mean the same package: engines and VEX documents write other qualifiers than berth does, or leave
// version and namespace away. Pure.

import { PackageURL } from "packageurl-js";

/** A package URL as far as it says which package is meant. */
export interface PackageName {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  /** Empty: any. */
  readonly version: string;
}

/** The parts of a package URL; undefined when it is none. */
export function packageName(purl: string): PackageName | undefined {
  if (purl.length > 2000) return undefined;
  try {
    const { type, namespace, name, version, qualifiers } = PackageURL.fromString(purl);
    const epoch = qualifiers?.["epoch"];
    // Some write an epoch of rpm into the version, some beside it, and no epoch is zero.
    const whole = epoch && !version?.includes(":") ? `${epoch}:${version ?? ""}` : (version ?? "");
    return {
      type: type ?? "",
      namespace: (namespace ?? "").toLowerCase(),
      name: (name ?? "").toLowerCase(),
      version: whole.replace(/^0:/, ""),
    };
  } catch {
    return undefined;
  }
}

/** A text that is the same for the same package in the same version. */
export function purlKey(purl: string): string {
  const parts = packageName(purl);
  return parts ? [parts.type, parts.namespace, parts.name, parts.version].join(" ") : purl;
}

/** True when what a document says of `said` holds for `purl`: what it leaves away means any. */
export function speaksOf(said: string, purl: string): boolean {
  const [wide, exact] = [packageName(said), packageName(purl)];
  if (!wide || !exact) return false;
  if (wide.type !== exact.type || wide.name !== exact.name) return false;
  if (wide.namespace !== "" && wide.namespace !== exact.namespace) return false;
  return wide.version === "" || wide.version === exact.version;
}
