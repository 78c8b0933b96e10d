// From a package URL and a few words beside it to a package of ours, whoever wrote the document: berth, syft, trivy or others.
// Untrusted.

import { PackageURL } from "packageurl-js";
import type { Distribution, Ecosystem, Package } from "../types.ts";
import type { Place } from "./components.ts";
import { fail } from "./errors.ts";

const ECOSYSTEMS: ReadonlyMap<string, Ecosystem> = new Map(
  Object.entries({
    ...{
      deb: "deb",
      rpm: "rpm",
      apk: "apk",
      pypi: "pypi",
      conda: "conda",
      cran: "cran",
      bioconductor: "cran",
      npm: "npm",
    },
    ...{ golang: "golang", cargo: "cargo", maven: "maven", gem: "gem", julia: "julia", spack: "spack" },
    easybuild: "easybuild",
  } as const),
);
const SEPARATORS: Partial<Record<Ecosystem, string>> = { golang: "/", npm: "/", maven: ":" };
const MAX_LENGTH = 4096;
const MAX_PACKAGES = 500_000;
/** An ID may have hyphens; a version begins with a digit. */
const DISTRO = /^([a-z][a-z0-9_.]*(?:-[a-z]+)*)(?:-(\d[\w.]*))?$/;

/** What a document says of a package beside its URL. */
export interface ImportedFacts {
  readonly arch?: string | undefined;
  readonly source?: Package["source"];
  readonly origin?: string | undefined;
  readonly licence?: string | undefined;
  readonly places: readonly Place[];
}

/** One package for each place; none for a URL of a kind that is not known here, or of no form. */
export function importedPackages(url: string, facts: ImportedFacts): readonly Package[] {
  const purl = parsed(url);
  const ecosystem = purl && ECOSYSTEMS.get(purl.type);
  if (!purl || !ecosystem) return [];
  const qualifiers = purl.qualifiers ?? {};
  const version = versionOf(ecosystem, purl.version ?? "", qualifiers["epoch"]);
  const name = nameOf(ecosystem, purl);
  const known = {
    ...{ purl: withoutUpstream(purl), ecosystem, name, version },
    ...optional("arch", facts.arch ?? qualifiers["arch"] ?? qualifiers["subdir"]),
    ...optional("source", facts.source ?? sourceOf(ecosystem, qualifiers["upstream"], name, version)),
    ...optional("origin", facts.origin),
    ...optional("licence", facts.licence),
  };
  return facts.places.slice(0, MAX_PACKAGES + 1).map(({ evidence, layer }) => ({ ...known, evidence, layer }));
}

/** Lets packages through until there are too many: a package is one for each place, and places are cheap to write. */
export function boundedPackages(name: string): (packages: readonly Package[]) => readonly Package[] {
  let count = 0;
  return (packages) => {
    count += packages.length;
    if (count > MAX_PACKAGES) throw fail("E_SBOM_SIZE", { name });
    return packages;
  };
}

/** The distribution that package URLs say they are of (`debian-12`), as far as one of them says it. */
export function distroOf(urls: readonly (string | undefined)[]): Distribution | undefined {
  for (const url of urls) {
    const distro = url?.includes("distro=") ? parsed(url)?.qualifiers?.["distro"] : undefined;
    const [, id, version] = DISTRO.exec(distro ?? "") ?? [];
    if (id !== undefined) return { id, version, codename: undefined, like: [], name: undefined };
  }
  return undefined;
}

function parsed(url: string): PackageURL | undefined {
  if (url.length > MAX_LENGTH) return undefined;
  try {
    return PackageURL.fromString(url);
  } catch {
    return undefined;
  }
}

// Told as a fact of its own.
function withoutUpstream(purl: PackageURL): string {
  const { type, namespace, name, version, qualifiers, subpath } = purl;
  const { upstream, ...kept } = qualifiers ?? {};
  if (upstream === undefined) return purl.toString();
  return new PackageURL(type, namespace, name, version, kept, subpath).toString();
}

function nameOf(ecosystem: Ecosystem, { namespace, name }: PackageURL): string {
  const separator = SEPARATORS[ecosystem];
  return separator !== undefined && namespace ? `${namespace}${separator}${name}` : name;
}

function versionOf(ecosystem: Ecosystem, version: string, epoch: string | undefined): string {
  return ecosystem === "rpm" && epoch !== undefined && /^\d+$/.test(epoch) && epoch !== "0"
    ? `${epoch}:${version}`
    : version;
}

// `glibc`, `glibc@2.36-9`, and of rpm the whole name of a file: `glibc-2.34-60.el9.src.rpm`.
function sourceOf(
  ecosystem: Ecosystem,
  upstream: string | undefined,
  name: string,
  version: string,
): Package["source"] {
  if (ecosystem !== "deb" && ecosystem !== "rpm" && ecosystem !== "apk") return undefined;
  if (upstream === undefined) return { name, version };
  const [, file, release] = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(upstream) ?? [];
  const epoch = /^\d+:/.exec(version)?.[0] ?? "";
  if (file !== undefined && release !== undefined) return { name: file, version: epoch + release };
  const at = upstream.lastIndexOf("@");
  return at < 1 ? { name: upstream, version } : { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
