// Any bill of materials in JSON: which format it is of, it says itself.

import { type JsonObject, jsonObject } from "../../oci/json.ts";
import { textOf } from "../packages/json.ts";
import type { Catalogue } from "../types.ts";
import { fail } from "./errors.ts";
import { readCycloneDx } from "./read-cyclonedx.ts";
import { readSpdx } from "./read-spdx.ts";

const MAX_BYTES = 256 * 1024 * 1024;

/** The catalogue that the document holds; `name` is for messages. @throws E_SBOM_FORM, E_SBOM_SIZE */
export function readBill(bytes: Uint8Array, name: string): Catalogue {
  if (bytes.length > MAX_BYTES) throw fail("E_SBOM_SIZE", { name });
  const document = jsonObject(bytes);
  if (document && formatOf(document) === "cyclonedx") return readCycloneDx(document, name);
  if (document && formatOf(document) === "spdx") return readSpdx(document, name);
  throw fail("E_SBOM_FORM", { name });
}

/** The format of a document; undefined when it is no bill of materials. */
function formatOf(document: JsonObject): "cyclonedx" | "spdx" | undefined {
  if (document["bomFormat"] === "CycloneDX") return "cyclonedx";
  return /^SPDX-2\.[23]$/.test(textOf(document["spdxVersion"]) ?? "") ? "spdx" : undefined;
}
