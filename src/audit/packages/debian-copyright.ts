// Licences of Debian's packages, which its database does not have: the copyright file of each, where it is of the form that
// programs can read (copyright-format 1.0). Texts in free form are for people and lawyers.

import type { Cataloguer, Found } from "./cataloguer.ts";
import { paragraphs } from "./paragraphs.ts";

const PLACE = /^usr\/share\/doc\/([^/]+)\/copyright$/;
const MAX_BYTES = 4 * 1024 * 1024;
const FORMAT = /^Format(?:-Specification)?: *\S*copyright-format/;
const FIELDS: ReadonlySet<string> = new Set(["Files", "License"]);
const MAX_NAMES = 30;

export const debianCopyright: Cataloguer = {
  name: "debian-copyright",
  wants: (path) => (PLACE.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(path, bytes): Found {
    const text = bytes.toString("utf8");
    const name = PLACE.exec(path)?.[1] ?? "";
    const licence = FORMAT.test(text) ? licenceOf(text) : undefined;
    return licence === undefined ? {} : { licences: [{ ecosystem: "deb", name, licence }] };
  },
};

// Each paragraph about files names its licence in the first line of the field; the text may follow there or elsewhere.
function licenceOf(text: string): string | undefined {
  const names = new Set<string>();
  for (const fields of paragraphs(text, FIELDS)) {
    const line = fields.has("Files") ? fields.get("License")?.split("\n", 1)[0]?.trim() : undefined;
    const choice = / or |,/.test(line ?? "");
    for (const name of choice ? [`(${line})`] : (line ?? "").split(" and "))
      if (name !== "" && names.size < MAX_NAMES) names.add(name.trim());
  }
  return names.size === 0 ? undefined : [...names].join(" and ");
}
