// A catalogue as CycloneDX 1.6 in JSON. What the format has no field for are properties named `berth:…`.

import type { Catalogue, Distribution } from "../types.ts";
import { type BillComponent, componentsOf } from "./components.ts";
import { jsonText } from "./json-text.ts";
import { licenceExpression } from "./licence.ts";
import { type BillSubject, documentId, timestampOf } from "./subject.ts";

/** The document's text. */
export function writeCycloneDx(catalogue: Catalogue, subject: BillSubject): string {
  const components = [...operatingSystem(catalogue.distribution), ...componentsOf(catalogue).map(component)];
  const incomplete = catalogue.gaps.length > 0;
  const body = {
    metadata: {
      timestamp: timestampOf(subject),
      tools: { components: [{ type: "application", name: "berth", version: subject.tool }] },
      component: container(subject),
      ...(incomplete ? { properties: catalogue.gaps.map(({ path, why }) => property("gap", `${path}: ${why}`)) } : {}),
    },
    components,
    compositions: [{ aggregate: incomplete ? "incomplete" : "unknown", assemblies: [CONTAINER] }],
  };
  const serialNumber = `urn:uuid:${documentId(subject, "cyclonedx", JSON.stringify(body))}`;
  const document = { $schema: SCHEMA, bomFormat: "CycloneDX", specVersion: "1.6", serialNumber, version: 1, ...body };
  return jsonText(document);
}

const SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json";
const CONTAINER = "image";

function container({ name, digest }: BillSubject): object {
  const [algorithm, content] = digest?.split(":") ?? [];
  return {
    ...{ type: "container", "bom-ref": CONTAINER, name },
    ...(digest === undefined ? {} : { version: digest }),
    ...(algorithm === "sha256" ? { hashes: [{ alg: "SHA-256", content }] } : {}),
  };
}

function operatingSystem(distribution: Distribution | undefined): readonly object[] {
  if (!distribution) return [];
  const { id, version, codename, like, name } = distribution;
  const properties = [
    ...(codename === undefined ? [] : [property("codename", codename)]),
    ...(like.length === 0 ? [] : [property("like", like.join(" "))]),
  ];
  return [
    {
      ...{ type: "operating-system", "bom-ref": "distribution", name: id },
      ...(version === undefined ? {} : { version }),
      ...(name === undefined ? {} : { description: name }),
      ...(properties.length === 0 ? {} : { properties }),
    },
  ];
}

function component({ purl, pkg, places }: BillComponent, index: number): object {
  const { name, version, arch, source, origin, licence } = pkg;
  const properties = [
    ...(arch === undefined ? [] : [property("arch", arch)]),
    ...(source ? [property("source:name", source.name), property("source:version", source.version)] : []),
    ...(origin === undefined ? [] : [property("origin", origin)]),
  ];
  return {
    ...{ type: "library", "bom-ref": `package-${index + 1}`, name },
    ...(version === "" ? {} : { version }),
    ...(licence === undefined ? {} : { licenses: [licenceChoice(licence)] }),
    purl,
    ...(properties.length === 0 ? {} : { properties }),
    evidence: {
      occurrences: places.map(({ evidence, layer }) => ({
        location: evidence,
        ...(layer === undefined ? {} : { additionalContext: layer }),
      })),
    },
  };
}

// An expression when it is one; else the words, by which a person can tell.
function licenceChoice(words: string): object {
  const expression = licenceExpression(words);
  return expression === undefined ? { license: { name: words } } : { expression };
}

function property(name: string, value: string): { readonly name: string; readonly value: string } {
  return { name: `berth:${name}`, value };
}
