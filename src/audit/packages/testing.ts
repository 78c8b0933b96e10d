// For tests: files given as text or bytes go through the collector as a walker would hand them over.

import type { Catalogue } from "../types.ts";
import type { LayerFacts } from "./cataloguer.ts";
import { collectLayer } from "./collect.ts";
import { mergeCatalogue } from "./merge.ts";

/** Content by path, from the root without a slash. */
export type Files = Readonly<Record<string, string | Buffer>>;

/** What is found in the files, which are handed over in pieces. */
export function factsOf(files: Files, { mode = 0o755, piece = 1000 } = {}): LayerFacts {
  const collector = collectLayer();
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    if (!collector.begin(path, { size: bytes.length, mode })) continue;
    for (let at = 0; at < bytes.length && collector.bytes(bytes.subarray(at, at + piece)); ) at += piece;
    collector.end();
  }
  return collector.finish();
}

/** The catalogue of one tree with these files. */
export function catalogueOf(files: Files): Catalogue {
  return mergeCatalogue([{ digest: undefined, facts: factsOf(files, { piece: 1 << 20 }), hides: () => false }]);
}

/** Package URLs of a catalogue. */
export function purlsOf({ packages }: Catalogue): readonly string[] {
  return packages.map(({ purl }) => purl);
}
