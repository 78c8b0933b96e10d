// What the makers of software say of flaws in it (VEX), in one form for both kinds of documents. Reads files; knows no image.

import { reasonOf } from "../../base/errors.ts";
import { asObject, asString, type JsonObject, jsonObject } from "../../oci/json.ts";
import { fail } from "../errors.ts";
import { objectsIn, stringsIn } from "../json-lists.ts";
import { csafStatements } from "./csaf.ts";
import { readBounded } from "./read-bounded.ts";

export type VexStatus = "not_affected" | "affected" | "fixed" | "under_investigation";

/** One thing that a document says. */
export interface VexStatement {
  /** Name of the flaw, and what else it is called. */
  readonly names: readonly string[];
  /** Package URLs that it holds for; empty: all of the product. */
  readonly packages: readonly string[];
  /** Digests of images that it holds for only; empty: any image. */
  readonly images: readonly string[];
  readonly status: VexStatus;
  readonly reason: string;
  readonly author?: string | undefined;
  /** File that says so. */
  readonly source: string;
}

const MAX_BYTES = 64 << 20;
const MAX_STATEMENTS = 100_000;
const STATUSES: readonly VexStatus[] = ["not_affected", "affected", "fixed", "under_investigation"];

/** Reads a document of either kind; what it says later counts more. @throws E_VEX_FORM */
export async function readVex(path: string): Promise<readonly VexStatement[]> {
  const bytes = await bounded(path);
  const document = jsonObject(bytes);
  if (!document) throw fail("E_VEX_FORM", { path, why: "it is no JSON object" });
  if (Array.isArray(document["statements"])) return openVexStatements(document, path);
  if (asString(asObject(document["document"])?.["category"])?.startsWith("csaf_") === true)
    return csafStatements(document, path);
  throw fail("E_VEX_FORM", { path, why: "it has neither statements nor a CSAF document" });
}

async function bounded(path: string): Promise<Buffer> {
  const bytes = await readBounded(path, MAX_BYTES).catch((cause: unknown) => {
    throw fail("E_VEX_FORM", { path, why: reasonOf(cause) }, { cause });
  });
  if (!bytes) throw fail("E_VEX_FORM", { path, why: "it is too big" });
  return bytes;
}

// OpenVEX 0.2.0 and earlier, where flaw and products were plain strings.
function openVexStatements(document: JsonObject, source: string): readonly VexStatement[] {
  const author = asString(document["author"]);
  const entries = objectsIn(document["statements"]).slice(0, MAX_STATEMENTS);
  const time = (entry: JsonObject) =>
    asString(entry["timestamp"]) ?? asString(entry["last_updated"]) ?? asString(document["timestamp"]) ?? "";
  return entries
    .toSorted((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0))
    .flatMap((entry) => openVexStatement(entry, author, source));
}

function openVexStatement(entry: JsonObject, author: string | undefined, source: string): readonly VexStatement[] {
  const status = STATUSES.find((one) => one === entry["status"]);
  const names = vulnerabilityNames(entry["vulnerability"]);
  if (!status || names.length === 0) return [];
  const words = ["justification", "impact_statement", "status_notes", "action_statement"].map((key) =>
    asString(entry[key]),
  );
  const reason = words.filter((word) => word !== undefined && word !== "").join(": ") || status;
  const common = { names, status, reason, author, source };
  const products = list(entry["products"]).map(productOf);
  // A statement without products speaks of what the document is attached to.
  if (products.length === 0) return [{ ...common, packages: [], images: [] }];
  return products.flatMap((product) => (product ? [{ ...common, ...product }] : []));
}

function vulnerabilityNames(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  const object = asObject(value);
  const name = asString(object?.["name"]) ?? asString(object?.["@id"]);
  const aliases = stringsIn(object?.["aliases"]);
  return name === undefined ? aliases : [name, ...aliases];
}

// A product is a package, or an image (by its digest) with packages as components.
function productOf(value: unknown): Pick<VexStatement, "packages" | "images"> | undefined {
  const object = asObject(value);
  const purl = asString(value) ?? asString(asObject(object?.["identifiers"])?.["purl"]) ?? asString(object?.["@id"]);
  if (purl === undefined) return undefined;
  const packages = list(object?.["subcomponents"]).flatMap((one) => {
    const component = asObject(one);
    return (
      asString(one) ?? asString(asObject(component?.["identifiers"])?.["purl"]) ?? asString(component?.["@id"]) ?? []
    );
  });
  if (!/^pkg:(?:oci|docker)\//.test(purl)) return { packages: packages.length > 0 ? packages : [purl], images: [] };
  const digest = /@(sha256(?::|%3A)[0-9a-f]{64})/i.exec(purl)?.[1]?.replace(/%3a/i, ":");
  // Without a digest nobody knows which image is meant.
  return digest === undefined ? undefined : { packages, images: [digest] };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
