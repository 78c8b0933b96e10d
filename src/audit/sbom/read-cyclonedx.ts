// CycloneDX JSON of versions 1.2 to 1.7, from berth or another tool, to a catalogue. Untrusted: what is of another form than
// the format allows is not there.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { objectsOf, textOf } from "../packages/json.ts";
import type { Catalogue, Distribution, Package } from "../types.ts";
import type { Place } from "./components.ts";
import { fail } from "./errors.ts";
import { boundedPackages, distroOf, importedPackages } from "./imported-package.ts";

const MAX_COMPONENTS = 500_000;
const MAX_DEPTH = 20;
const NOWHERE: Place = { evidence: "", layer: undefined };

/** The catalogue that a document holds. @throws E_SBOM_SIZE */
export function readCycloneDx(document: JsonObject, name: string): Catalogue {
  const components: JsonObject[] = [];
  flatten(document["components"], 0, components, name);
  const bounded = boundedPackages(name);
  const read = components.map((one) => ({ url: textOf(one["purl"]), packages: bounded(packagesOf(one)) }));
  const unknown = read.filter(({ url, packages }) => url !== undefined && packages.length === 0).length;
  const properties = propertiesOf(asObject(document["metadata"]));
  const gaps = properties.filter(([key]) => key === "berth:gap").map(([, value]) => gapOf(value));
  const kinds = { path: name, why: `${unknown} of its components are of kinds that are not known here` };
  return {
    distribution:
      components.map(distributionOf).find((one) => one !== undefined) ?? distroOf(read.map(({ url }) => url)),
    packages: read.flatMap(({ packages }) => packages),
    gaps: unknown > 0 ? [...gaps, kinds] : gaps,
  };
}

function flatten(list: unknown, depth: number, into: JsonObject[], name: string): void {
  for (const component of objectsOf(list)) {
    if (into.length >= MAX_COMPONENTS || depth > MAX_DEPTH) throw fail("E_SBOM_SIZE", { name });
    into.push(component);
    flatten(component["components"], depth + 1, into, name);
  }
}

function packagesOf(component: JsonObject): readonly Package[] {
  const purl = textOf(component["purl"]);
  if (purl === undefined) return [];
  const properties = new Map(propertiesOf(component));
  const sourceName = properties.get("berth:source:name") ?? properties.get("aquasecurity:trivy:SrcName");
  const sourceVersion = properties.get("berth:source:version") ?? trivySourceVersion(properties);
  return importedPackages(purl, {
    arch: properties.get("berth:arch"),
    source: sourceName && sourceVersion ? { name: sourceName, version: sourceVersion } : undefined,
    origin:
      properties.get("berth:origin") ??
      textOf(asObject(component["supplier"])?.["name"]) ??
      textOf(component["publisher"]),
    licence: licenceOf(component),
    places: placesOf(component, properties),
  });
}

function trivySourceVersion(properties: ReadonlyMap<string, string>): string | undefined {
  const part = (name: string) => properties.get(`aquasecurity:trivy:Src${name}`);
  const version = part("Version");
  if (version === undefined) return undefined;
  const epoch = part("Epoch");
  const release = part("Release");
  return `${epoch && epoch !== "0" ? `${epoch}:` : ""}${version}${release ? `-${release}` : ""}`;
}

// An expression, identifiers or names; several licences without a word between them all hold.
function licenceOf(component: JsonObject): string | undefined {
  const words = objectsOf(component["licenses"]).flatMap((choice) => {
    const licence = asObject(choice["license"]);
    return textOf(choice["expression"]) ?? textOf(licence?.["id"]) ?? textOf(licence?.["name"]) ?? [];
  });
  return words.length === 0 ? undefined : words.join(" AND ");
}

function placesOf(component: JsonObject, properties: ReadonlyMap<string, string>): readonly Place[] {
  const occurrences = objectsOf(asObject(component["evidence"])?.["occurrences"]).flatMap((occurrence) => {
    const location = textOf(occurrence["location"]);
    return location === undefined
      ? []
      : [{ evidence: relative(location), layer: textOf(occurrence["additionalContext"]) }];
  });
  if (occurrences.length > 0) return occurrences;
  const path = properties.get("syft:location:0:path") ?? properties.get("aquasecurity:trivy:FilePath");
  const layer = properties.get("syft:location:0:layerID") ?? properties.get("aquasecurity:trivy:LayerDigest");
  return [path === undefined ? { ...NOWHERE, layer } : { evidence: relative(path), layer }];
}

function relative(path: string): string {
  return path.replace(/^\/+/, "");
}

function distributionOf(component: JsonObject): Distribution | undefined {
  const id = textOf(component["name"]);
  if (component["type"] !== "operating-system" || id === undefined) return undefined;
  const properties = new Map(propertiesOf(component));
  const like = properties.get("berth:like") ?? properties.get("syft:distro:idLike:0") ?? "";
  return {
    id: properties.get("syft:distro:id") ?? id,
    version: properties.get("syft:distro:versionID") ?? textOf(component["version"]),
    codename: properties.get("berth:codename") ?? properties.get("syft:distro:versionCodename"),
    like: like.split(" ").filter((word) => word !== ""),
    name: textOf(component["description"]) ?? properties.get("syft:distro:prettyName"),
  };
}

function propertiesOf(holder: JsonObject | undefined): readonly (readonly [name: string, value: string])[] {
  return objectsOf(holder?.["properties"]).flatMap((property) => {
    const name = textOf(property["name"]);
    const value = asString(property["value"]);
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
}

function gapOf(text: string): Catalogue["gaps"][number] {
  const colon = text.indexOf(": ");
  return colon < 0 ? { path: "", why: text } : { path: text.slice(0, colon), why: text.slice(colon + 2) };
}
