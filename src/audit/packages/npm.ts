// Node's packages: the `package.json` at the root of what lies in `node_modules`. Files of the same name deeper inside of a
// package (tests, forms of modules) are none.

import { asObject, type JsonObject, jsonObject } from "../../oci/json.ts";
import type { Cataloguer, Found } from "./cataloguer.ts";
import { listOf, textOf } from "./json.ts";

const MAX_BYTES = 4 * 1024 * 1024;
const PLACE = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;
/** Packages that other packages only test themselves with. */
const INSIDE_TESTS = /(?:^|\/)node_modules\/(?:[^/]+\/)*(?:__)?(?:tests?|fixtures)(?:__)?\//;

export const npm: Cataloguer = {
  name: "npm",
  wants: (path) => (PLACE.test(path) && !INSIDE_TESTS.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const record = jsonObject(bytes);
    const name = textOf(record?.["name"]);
    const version = textOf(record?.["version"]);
    // A folder that only redirects to a file of another has neither.
    if (!record || name === undefined || version === undefined) return {};
    const licence = licenceOf(record);
    return { packages: [{ ecosystem: "npm", name, version, ...(licence === undefined ? {} : { licence }) }] };
  },
};

// A text; an object or a list of objects in packages of old.
function licenceOf(record: JsonObject): string | undefined {
  const one = (value: unknown) => textOf(value) ?? textOf(asObject(value)?.["type"]);
  const many = listOf(record["licenses"]).flatMap((value) => one(value) ?? []);
  return one(record["license"]) ?? (many.length > 0 ? many.join(" OR ") : undefined);
}
