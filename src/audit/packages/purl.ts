// Package URLs (purl specification) of what was found: which type an ecosystem has, and what goes into namespace and
// qualifiers. Reads nothing.

import { PackageURL } from "packageurl-js";
import type { Distribution, Ecosystem } from "../types.ts";
import type { FoundPackage } from "./cataloguer.ts";

/** Packages of these belong to a distribution, which is their namespace. */
const OF_DISTRIBUTIONS: ReadonlySet<Ecosystem> = new Set(["deb", "rpm", "apk"]);
/** Namespaces that differ from the distribution's ID. */
const NAMESPACES: ReadonlyMap<string, string> = new Map(
  Object.entries({ rhel: "redhat", "opensuse-leap": "opensuse", sles: "suse" }),
);

/** What stands between namespace and name in the names of an ecosystem. */
const SEPARATORS: Partial<Record<Ecosystem, string>> = { golang: "/", npm: "/", maven: ":" };

/** The package URL; `distro`, `arch` and `epoch` are qualifiers where packages are a distribution's. */
export function purlOf(found: FoundPackage, distribution: Distribution | undefined): string {
  const { ecosystem, version, qualifiers } = found;
  const type = found.type ?? ecosystem;
  if (!OF_DISTRIBUTIONS.has(ecosystem)) return write({ type, ...splitName(found), version, qualifiers });
  const namespace = distribution && (NAMESPACES.get(distribution.id) ?? distribution.id);
  const { epoch, rest } = ecosystem === "rpm" ? splitEpoch(version) : { epoch: undefined, rest: version };
  const whose = {
    ...(found.arch === undefined ? {} : { arch: found.arch }),
    ...(distribution ? { distro: distroOf(distribution) } : {}),
    ...(epoch === undefined ? {} : { epoch }),
  };
  return write({ type, namespace, name: found.name, version: rest, qualifiers: { ...whose, ...qualifiers } });
}

interface Parts {
  readonly type: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>> | undefined;
}

function splitName({ ecosystem, name }: FoundPackage): Pick<Parts, "namespace" | "name"> {
  const separator = SEPARATORS[ecosystem];
  const at = separator === undefined ? -1 : name.lastIndexOf(separator);
  return at < 1 ? { namespace: undefined, name } : { namespace: name.slice(0, at), name: name.slice(at + 1) };
}

function distroOf({ id, version }: Distribution): string {
  return version === undefined ? id : `${id}-${version}`;
}

function splitEpoch(version: string): { readonly epoch: string | undefined; readonly rest: string } {
  const [, epoch, rest] = /^(\d+):(.*)$/s.exec(version) ?? [];
  return epoch === undefined || rest === undefined ? { epoch: undefined, rest: version } : { epoch, rest };
}

// A name that is none by its type's rules, or by any, still has to be told of.
function write({ type, namespace, name, version, qualifiers }: Parts): string {
  const own = qualifiers && Object.keys(qualifiers).length > 0 ? { ...qualifiers } : undefined;
  try {
    return new PackageURL(type, namespace, name, version === "" ? undefined : version, own, undefined).toString();
  } catch {
    const whole = namespace === undefined ? name : `${namespace}/${name}`;
    return `pkg:generic/${encoded(whole)}${version === "" ? "" : `@${encoded(version)}`}`;
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
