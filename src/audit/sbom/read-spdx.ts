// SPDX 2.2 and 2.3 JSON, from berth or another tool, to a catalogue. Untrusted: what is of another form is not there.

import { asObject, type JsonObject } from "../../oci/json.ts";
import { objectsOf, textOf } from "../packages/json.ts";
import type { Catalogue, Distribution, Package } from "../types.ts";
import { fail } from "./errors.ts";
import { boundedPackages, distroOf, importedPackages } from "./imported-package.ts";
import { gapsIn, placesIn } from "./spdx-words.ts";

const MAX_PACKAGES = 500_000;
const NOWHERE = [{ evidence: "", layer: undefined }];

/** The catalogue that a document holds. @throws E_SBOM_SIZE */
export function readSpdx(document: JsonObject, name: string): Catalogue {
  const entries = objectsOf(document["packages"]);
  if (entries.length > MAX_PACKAGES) throw fail("E_SBOM_SIZE", { name });
  const texts = licenceTexts(document);
  const bounded = boundedPackages(name);
  const read = entries.map((entry) => ({ url: urlOf(entry), packages: bounded(packagesOf(entry, texts)) }));
  const unknown = read.filter(({ url, packages }) => url !== undefined && packages.length === 0).length;
  const gaps = gapsIn(textOf(asObject(document["creationInfo"])?.["comment"]) ?? "");
  const kinds = { path: name, why: `${unknown} of its packages are of kinds that are not known here` };
  return {
    distribution: entries.map(distributionOf).find((one) => one !== undefined) ?? distroOf(read.map(({ url }) => url)),
    packages: read.flatMap(({ packages }) => packages),
    gaps: unknown > 0 ? [...gaps, kinds] : gaps,
  };
}

function packagesOf(entry: JsonObject, texts: ReadonlyMap<string, string>): readonly Package[] {
  const url = urlOf(entry);
  if (url === undefined) return [];
  const places = placesIn(textOf(entry["sourceInfo"]) ?? "");
  const declared = textOf(entry["licenseDeclared"]);
  const supplier = textOf(entry["supplier"])?.replace(/^(?:Organization|Person|Tool): /, "");
  return importedPackages(url, {
    origin: supplier === "NOASSERTION" ? undefined : supplier,
    licence: declared === "NOASSERTION" || declared === "NONE" ? undefined : (texts.get(declared ?? "") ?? declared),
    places: places.length > 0 ? places : NOWHERE,
  });
}

function urlOf(entry: JsonObject): string | undefined {
  const reference = objectsOf(entry["externalRefs"]).find((one) => one["referenceType"] === "purl");
  return textOf(reference?.["referenceLocator"]);
}

function licenceTexts(document: JsonObject): ReadonlyMap<string, string> {
  const texts = objectsOf(document["hasExtractedLicensingInfos"]).flatMap((entry) => {
    const id = textOf(entry["licenseId"]);
    const text = textOf(entry["extractedText"]);
    return id === undefined || text === undefined ? [] : [[id, text] as const];
  });
  return new Map(texts);
}

function distributionOf(entry: JsonObject): Distribution | undefined {
  const id = textOf(entry["name"]);
  // The specification's text has a hyphen, its schema an underscore.
  if (!/^OPERATING[-_]SYSTEM$/.test(textOf(entry["primaryPackagePurpose"]) ?? "") || id === undefined) return undefined;
  const facts = new Map((textOf(entry["comment"]) ?? "").split("\n").map((line) => splitLine(line)));
  return {
    id,
    version: textOf(entry["versionInfo"]),
    codename: facts.get("codename"),
    like: (facts.get("like") ?? "").split(" ").filter((word) => word !== ""),
    name: textOf(entry["summary"]),
  };
}

function splitLine(line: string): readonly [key: string, value: string] {
  const colon = line.indexOf(": ");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 2)];
}
