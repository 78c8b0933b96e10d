// Python's packages, as installers leave them (PyPA specifications "Core metadata", "Recording installed projects", "Direct
// URL"; eggs of old). Which of them belong to conda or to the distribution is settled when everything is known.

import { asObject, type JsonObject, jsonObject } from "../../oci/json.ts";
import type { Cataloguer, Found, FoundPackage } from "./cataloguer.ts";
import { textOf } from "./json.ts";
import { firstParagraph } from "./paragraphs.ts";
import { withoutCredentials } from "./web-address.ts";

const MAX_BYTES = 8 * 1024 * 1024;
const METADATA = /\.dist-info\/METADATA$|\.egg-info(?:\/PKG-INFO)?$|\/EGG-INFO\/PKG-INFO$/;
const BESIDE = /\.dist-info\/(INSTALLER|direct_url\.json)$/;
/** Packages that other packages only test themselves with. */
const INSIDE_TESTS = /\/(?:site|dist)-packages\/(?:[^/]+\/)*tests?\//;
const FIELDS: ReadonlySet<string> = new Set(["Name", "Version", "License", "License-Expression"]);

export const python: Cataloguer = {
  name: "python",
  wants: (path) =>
    (METADATA.test(path) || BESIDE.test(path)) && !INSIDE_TESTS.test(path) ? { maxBytes: MAX_BYTES } : undefined,
  read(path, bytes): Found {
    if (METADATA.test(path)) return readMetadata(bytes);
    if (path.endsWith("/INSTALLER")) return { marks: [["installer", bytes.toString("utf8", 0, 200).trim()]] };
    const origin = originOf(jsonObject(bytes));
    return origin === undefined
      ? { gaps: ["it does not say where the package is from"] }
      : { marks: [["origin", origin]] };
  },
};

function readMetadata(bytes: Buffer): Found {
  const fields = firstParagraph(bytes.toString("utf8"), FIELDS);
  const name = fields.get("Name");
  const version = fields.get("Version");
  if (name === undefined || version === undefined) return { gaps: ["it names no package and version"] };
  const licence = fields.get("License-Expression") ?? licenceLine(fields.get("License"));
  const found: FoundPackage = { ecosystem: "pypi", name: normalName(name), version };
  return { packages: [licence === undefined ? found : { ...found, licence }] };
}

/** Names that mean the same project are the same (PEP 503). */
export function normalName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

// Some put the whole text of the licence here, and many "UNKNOWN".
function licenceLine(text: string | undefined): string | undefined {
  const line = text?.split("\n", 1)[0]?.trim() ?? "";
  return line === "" || line.length > 200 || line === "UNKNOWN" ? undefined : line;
}

// A package that was installed from an address is not what the index has under its name, whatever its version says.
function originOf(direct: JsonObject | undefined): string | undefined {
  const address = textOf(direct?.["url"]);
  if (address === undefined) return undefined;
  const vcs = asObject(direct?.["vcs_info"]);
  const kind = textOf(vcs?.["vcs"]);
  const commit = textOf(vcs?.["commit_id"]);
  const from = withoutCredentials(address);
  return kind === undefined ? from : `${kind}+${from}${commit === undefined ? "" : `@${commit}`}`;
}
