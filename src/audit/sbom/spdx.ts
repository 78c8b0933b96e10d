// A catalogue as SPDX 2.3 in JSON. Where packages were found, and what could not be read, are comments in words that the
// reader of this room understands.

import { createHash } from "node:crypto";
import type { Catalogue, Distribution } from "../types.ts";
import { type BillComponent, componentsOf } from "./components.ts";
import { jsonText } from "./json-text.ts";
import { licenceExpression } from "./licence.ts";
import { gapLine, placeLine } from "./spdx-words.ts";
import { type BillSubject, documentId, timestampOf } from "./subject.ts";

/** The document's text. */
export function writeSpdx(catalogue: Catalogue, subject: BillSubject): string {
  const licences = new Map<string, object>();
  const components = componentsOf(catalogue).map((one, index) => packageOf(one, index, licences));
  const packages = [container(subject), ...operatingSystem(catalogue.distribution), ...components];
  const id = documentId(subject, "spdx", JSON.stringify([packages, catalogue.gaps]));
  const document = {
    ...{ spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT", name: subject.name },
    documentNamespace: `https://spdx.org/spdxdocs/berth-${id}`,
    creationInfo: {
      ...{ created: timestampOf(subject), creators: [`Tool: berth-${subject.tool}`] },
      ...(catalogue.gaps.length > 0 ? { comment: catalogue.gaps.map(gapLine).join("\n") } : {}),
    },
    documentDescribes: [CONTAINER],
    packages,
    ...(licences.size > 0 ? { hasExtractedLicensingInfos: [...licences.values()] } : {}),
    relationships: [
      relationship("SPDXRef-DOCUMENT", "DESCRIBES", CONTAINER),
      ...packages.slice(1).map(({ SPDXID }) => relationship(CONTAINER, "CONTAINS", SPDXID)),
    ],
  };
  return jsonText(document);
}

const CONTAINER = "SPDXRef-image";
const UNKNOWN = "NOASSERTION";

interface SpdxPackage {
  readonly SPDXID: string;
  readonly [field: string]: unknown;
}

function container({ name, digest }: BillSubject): SpdxPackage {
  const [algorithm, checksumValue] = digest?.split(":") ?? [];
  return {
    ...bare(CONTAINER, name, digest),
    ...(algorithm === "sha256" ? { checksums: [{ algorithm: "SHA256", checksumValue }] } : {}),
    ...{ licenseDeclared: UNKNOWN, primaryPackagePurpose: "CONTAINER" },
  };
}

function operatingSystem(distribution: Distribution | undefined): readonly SpdxPackage[] {
  if (!distribution) return [];
  const { id, version, codename, like, name } = distribution;
  const facts = { codename, like: like.join(" ") || undefined };
  const comment = Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : `${key}: ${value}`));
  return [
    {
      ...bare("SPDXRef-distribution", id, version),
      ...(name === undefined ? {} : { summary: name }),
      ...(comment.length > 0 ? { comment: comment.join("\n") } : {}),
      ...{ licenseDeclared: UNKNOWN, primaryPackagePurpose: "OPERATING_SYSTEM" },
    },
  ];
}

function packageOf({ purl, pkg, places }: BillComponent, index: number, licences: Map<string, object>): SpdxPackage {
  const { name, version, origin, licence } = pkg;
  return {
    ...bare(`SPDXRef-package-${index + 1}`, name, version === "" ? undefined : version),
    licenseDeclared: licence === undefined ? UNKNOWN : declared(licence, licences),
    ...(origin === undefined ? {} : { supplier: `Organization: ${origin}` }),
    sourceInfo: places.map(placeLine).join("\n"),
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
  };
}

function bare(id: string, name: string, version: string | undefined) {
  return {
    ...{ SPDXID: id, name },
    ...(version === undefined ? {} : { versionInfo: version }),
    ...{ downloadLocation: UNKNOWN, filesAnalyzed: false, licenseConcluded: UNKNOWN, copyrightText: UNKNOWN },
  };
}

// Words that are no expression get a name of the document's own, and stand there in full.
function declared(words: string, licences: Map<string, object>): string {
  const expression = licenceExpression(words);
  if (expression !== undefined) return expression;
  const licenseId = `LicenseRef-${createHash("sha256").update(words).digest("hex").slice(0, 16)}`;
  licences.set(licenseId, { licenseId, name: words, extractedText: words });
  return licenseId;
}

function relationship(spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
