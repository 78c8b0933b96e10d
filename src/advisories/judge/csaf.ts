// VEX statements of a CSAF 2.0 document: products by number in the vulnerabilities, what they are in the product tree.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { objectsIn, stringsIn } from "../json-lists.ts";
import type { VexStatement, VexStatus } from "./vex.ts";

const STATUS: readonly (readonly [string, VexStatus])[] = [
  ["known_not_affected", "not_affected"],
  ["known_affected", "affected"],
  ["fixed", "fixed"],
  ["first_fixed", "fixed"],
  ["under_investigation", "under_investigation"],
];
const MAX_DEPTH = 30;
const MAX_STATEMENTS = 100_000;

/** The statements about products that the document gives a package URL. */
export function csafStatements(document: JsonObject, source: string): readonly VexStatement[] {
  const purls = productPurls(asObject(document["product_tree"]));
  const publisher = asObject(asObject(document["document"])?.["publisher"]);
  const author = asString(publisher?.["name"]);
  let room = MAX_STATEMENTS;
  return objectsIn(document["vulnerabilities"]).flatMap((flaw) => {
    const ids = objectsIn(flaw["ids"]).flatMap(({ text }) => asString(text) ?? []);
    const names = [...(asString(flaw["cve"]) === undefined ? [] : [String(flaw["cve"])]), ...ids];
    const status = asObject(flaw["product_status"]);
    if (names.length === 0 || !status || room <= 0) return [];
    const reasons = reasonsIn(flaw);
    return STATUS.flatMap(([key, meaning]) =>
      stringsIn(status[key]).flatMap((product): readonly VexStatement[] => {
        const packages = purls.get(product) ?? [];
        if (packages.length === 0 || room-- <= 0) return [];
        const reason = reasons.get(product) ?? meaning;
        return [{ names, packages, images: [], status: meaning, reason, author, source }];
      }),
    );
  });
}

/** By product, the label of its first flag and the details of its first threat: documents name thousands of products. */
function reasonsIn(flaw: JsonObject): ReadonlyMap<string, string> {
  const labels = firstByProduct(objectsIn(flaw["flags"]), "label");
  const impacts = objectsIn(flaw["threats"]).filter(({ category }) => category === "impact");
  const details = firstByProduct(impacts, "details");
  const words = (product: string) => [labels.get(product), details.get(product)].filter((word) => word !== undefined);
  return new Map([...labels.keys(), ...details.keys()].map((product) => [product, words(product).join(": ")]));
}

function firstByProduct(entries: readonly JsonObject[], key: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries) {
    const word = asString(entry[key]);
    if (word === undefined) continue;
    for (const product of stringsIn(entry["product_ids"])) if (!found.has(product)) found.set(product, word);
  }
  return found;
}

/** Package URLs by product number; a product that is part of another is the package that it relates. */
function productPurls(tree: JsonObject | undefined): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const note = (product: JsonObject | undefined) => {
    const id = asString(product?.["product_id"]);
    const helper = asObject(product?.["product_identification_helper"]);
    const purls = [...stringsIn(helper?.["purls"]), ...stringsIn([helper?.["purl"]])];
    if (id !== undefined && purls.length > 0) found.set(id, purls);
  };
  const walk = (branch: JsonObject, depth: number) => {
    note(asObject(branch["product"]));
    if (depth < MAX_DEPTH) for (const inner of objectsIn(branch["branches"])) walk(inner, depth + 1);
  };
  for (const product of objectsIn(tree?.["full_product_names"])) note(product);
  for (const branch of objectsIn(tree?.["branches"])) walk(branch, 0);
  for (const relation of objectsIn(tree?.["relationships"])) {
    const part = found.get(asString(relation["product_reference"]) ?? "");
    const id = asString(asObject(relation["full_product_name"])?.["product_id"]);
    if (part && id !== undefined) found.set(id, part);
  }
  return found;
}
