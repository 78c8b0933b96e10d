// Ruby's gems: the specification that is written when one is installed. It is Ruby code of a fixed form, of which three
// assignments are read; nothing is evaluated.

import type { Cataloguer, Found } from "./cataloguer.ts";

const MAX_BYTES = 1024 * 1024;
const PLACE = /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/;
const TEXT = /^\s*s\.(name|version)\s*=\s*["']([^"'\s]{1,200})["']/;
const LICENCES = /^\s*s\.licen[cs]es?\s*=\s*\[?([^\]\n]{0,500})/;

export const gem: Cataloguer = {
  name: "gem",
  wants: (path) => (PLACE.test(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const values = new Map<string, string>();
    let licence = "";
    for (const line of bytes.toString("utf8").split("\n")) {
      const [, key, value] = TEXT.exec(line) ?? [];
      if (key !== undefined && value !== undefined && !values.has(key)) values.set(key, value);
      const list = LICENCES.exec(line)?.[1];
      if (list !== undefined) licence = [...list.matchAll(/["']([^"']+)["']/g)].map(([, text]) => text).join(" OR ");
    }
    const name = values.get("name");
    const version = values.get("version");
    if (name === undefined || version === undefined) return { gaps: ["it names no gem and version"] };
    return { packages: [{ ecosystem: "gem", name, version, ...(licence === "" ? {} : { licence }) }] };
  },
};
