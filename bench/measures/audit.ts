// An image of 1.46 GB in seven layers, looked through: with nothing known, and with all layers known; beside what only reads the
// same layers. Only berth reads packages, secrets and accounts meanwhile.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compete } from "../contest.ts";
import { type Command, type Contestant, type Cost, measure } from "../contestant.ts";
import { freshFolder, type Place } from "../place.ts";
import { median, type Result } from "../table.ts";

interface Input {
  /** A cache that is kept from round to round. */
  readonly known: string;
}

const image = (place: Place) => `oci:${place.layout}:science`;
const berth = (place: Place, cache: string, ...flags: readonly string[]): Command => ({
  argv: [place.berth, "--silent", "audit", "--fail-on", "never", "--format", "json", ...flags, image(place)],
  env: { BERTH_CACHEDIR: cache },
});

const CONTESTANTS: readonly Contestant<Input>[] = [
  {
    name: "berth audit, nothing known",
    needs: ["berth"],
    command: (place) => berth(place, freshFolder(place, "audit-cache")),
  },
  { name: "berth audit, layers known", needs: ["berth"], command: (place, { known }) => berth(place, known) },
  {
    name: "berth audit --config-only",
    needs: ["berth"],
    command: (place, { known }) => berth(place, known, "--config-only"),
  },
  {
    name: "zcat and tar t, each layer",
    needs: ["zcat", "tar"],
    command: (place) => ({
      argv: ["sh", "-c", 'for layer do zcat "$layer" | tar t >/dev/null || exit 1; done', "sh", ...layersOf(place)],
    }),
  },
  {
    name: "skopeo copy to a folder, layers unpacked",
    needs: ["skopeo"],
    command: (place) => {
      const target = `dir:${freshFolder(place, "audit-copy")}`;
      return { argv: ["skopeo", "--insecure-policy", "copy", "--quiet", "--dest-decompress", image(place), target] };
    },
  },
];

/** First and later audits of one image. */
export function imageAudit(place: Place, rounds: number): Result {
  const known = freshFolder(place, "audit-known");
  const [first] = CONTESTANTS;
  if (first) measure(place, first, berth(place, known));
  const entries = compete(place, CONTESTANTS, rounds, (contestant) => once(place, contestant, known));
  return {
    title: "Looking through an image of 1.46 GB",
    columns: ["wall [s]", "CPU [s]", "memory [MB]"],
    rows: entries.map(({ name, absent, costs }) => ({
      name,
      absent,
      figures: [
        median(costs.flatMap(({ wall }) => wall)) / 1000,
        median(costs.flatMap(({ cpu }) => cpu)) / 1000,
        median(costs.map(({ peakMemory }) => peakMemory)) / 1e6,
      ],
    })),
    notes: ["memory: of all processes of the command together, at its highest"],
  };
}

function once(place: Place, contestant: Contestant<Input>, known: string): Cost {
  return measure(place, contestant, contestant.command(place, { known }), { sample: 50 });
}

// By the documents of the layout, so that what else lies in it does not count.
function layersOf({ layout }: Place): readonly string[] {
  const blobs = join(layout, "blobs", "sha256");
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const named = (index: {
    readonly manifests: readonly { readonly digest: string; readonly annotations?: Record<string, string> }[];
  }) => index.manifests.find(({ annotations }) => annotations?.["org.opencontainers.image.ref.name"] === "science");
  const pathOf = (digest: string) => join(blobs, digest.slice("sha256:".length));
  const manifest = read(pathOf(named(read(join(layout, "index.json")))?.digest ?? readdirSync(blobs)[0] ?? ""));
  return manifest.layers.map(({ digest }: { readonly digest: string }) => pathOf(digest));
}
