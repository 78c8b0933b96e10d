// How much an image weighs, and how much of that nobody sees: LAY005, LAY006, LAY007.

import type { AuditedLayer, FileEntry, HiddenEntry } from "../../../audit/types.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import { unknown } from "../../rule.ts";
import { exampleFile, exampleFiles } from "../example-parts.ts";

const GIB = 1024 ** 3;

function layer(bytes: number, compressed = bytes): AuditedLayer {
  return {
    ...{ digest: "sha256:0", diffId: undefined, compressedBytes: compressed, unpackedBytes: bytes, base: false },
    createdBy: undefined,
  };
}

const layers = (count: number) => Array.from({ length: count }, () => layer(1));

function file(path: string, size: number): FileEntry {
  return exampleFile(path, { size });
}

function files(entries: readonly FileEntry[], hidden: readonly HiddenEntry[] = []) {
  return exampleFiles(entries, { hidden });
}

const UNPACKED = "how large the layers are unpacked";

function isRead({ unpackedBytes }: AuditedLayer): boolean {
  return unpackedBytes !== undefined;
}

export const IMAGE_SIZE = practice({
  id: "LAY005",
  title: "The image is not too large",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image has {size}, more than {limit}; most is in {paths}",
  hint: "take only results from a build stage, remove caches in the step that makes them, and mount data instead of copying them",
  why: "Every node that runs the image fetches and unpacks all of it.",
  source: "Spin: Building images",
  peers: [],
  cases: {
    compressed: { message: "the image has {size} to fetch, more than {limit}; most is in {paths}" },
  },
  checks: {
    image: ({ image, tables: { limits } }) => {
      if (!image.layers) return unknown("how large the layers are");
      const unpacked = sum(image.layers.map(({ unpackedBytes }) => unpackedBytes ?? 0));
      const compressed = sum(image.layers.map(({ compressedBytes }) => compressedBytes));
      const paths = largest(image.files?.entries ?? []);
      if (unpacked > limits.imageBytes)
        return { fields: { size: bytes(unpacked), limit: bytes(limits.imageBytes), paths } };
      if (compressed <= limits.compressedBytes) return image.layers.every(isRead) ? undefined : unknown(UNPACKED);
      return { case: "compressed", fields: { size: bytes(compressed), limit: bytes(limits.compressedBytes), paths } };
    },
  },
  passes: [{ shows: "below the limit", image: { layers: [layer(2 * GIB), layer(GIB)] } }],
  fails: [
    {
      shows: "7 GB, most of it in one folder",
      image: { layers: [layer(7 * GIB, GIB)], files: files([file("opt/data/a", 6 * GIB), file("usr/bin/x", GIB)]) },
      expect: { says: "the image has 7.0 GB, more than 5.0 GB; most is in /opt/data (6.0 GB)" },
    },
    {
      shows: "much to fetch",
      image: { layers: [layer(3 * GIB, 3 * GIB), layer(GIB, 3 * GIB)] },
      expect: { case: "compressed" },
    },
    { shows: "nobody looked", image: { layers: undefined }, expect: { certainty: "unknown" } },
  ],
});

/** The folders, two names deep, with the most bytes. */
function largest(entries: readonly FileEntry[]): string {
  const folders = new Map<string, number>();
  for (const { path, size } of entries) {
    const folder = path.split("/").slice(0, -1).slice(0, 2).join("/");
    folders.set(folder, (folders.get(folder) ?? 0) + size);
  }
  const top = [...folders].sort((one, other) => other[1] - one[1]).slice(0, 3);
  return top.length === 0
    ? "files that nobody looked at"
    : listed(top.map(([path, size]) => `/${path} (${bytes(size)})`));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function bytes(count: number): string {
  return count >= GIB ? `${(count / GIB).toFixed(1)} GB` : `${Math.round(count / 1024 ** 2)} MB`;
}

// Below this nobody would notice.
const WORTH_A_WORD = 1024 ** 2;

export const WASTED_BYTES = practice({
  id: "LAY006",
  title: "Upper layers do not hide much of lower ones",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{size} ({share} %) are hidden in lower layers: {paths}",
  hint: "remove files in the step that makes them, and set modes with COPY --chmod instead of chmod -R",
  why: "What a later layer replaces or removes is still fetched and stored.",
  source: "N2.6",
  peers: [],
  checks: {
    image: ({ image, tables: { limits } }) => {
      if (!image.files || !image.layers) return unknown("what the layers hide of each other");
      if (!image.layers.every(isRead)) return unknown(UNPACKED);
      const total = sum(image.layers.map(({ unpackedBytes }) => unpackedBytes ?? 0));
      const wasted = sum(image.files.hidden.map(({ size }) => size));
      if (wasted < WORTH_A_WORD || wasted <= total * limits.wastedShare) return undefined;
      const top = [...image.files.hidden].sort((one, other) => other.size - one.size).slice(0, 3);
      const paths = listed(
        top.map(({ path, layer: number, by, how }) => `/${path} of layer ${number + 1} is ${how} by layer ${by + 1}`),
      );
      return { fields: { size: bytes(wasted), share: Math.round((wasted / total) * 100), paths } };
    },
  },
  passes: [
    { shows: "nothing is hidden", image: { layers: [layer(GIB)], files: files([]) } },
    {
      shows: "a little",
      image: {
        layers: [layer(GIB)],
        files: files([], [{ path: "var/lib/x", size: 50 * 1024 ** 2, layer: 0, by: 1, how: "removed" }]),
      },
    },
  ],
  fails: [
    {
      shows: "chmod -R over a large tree",
      image: {
        layers: [layer(2 * GIB), layer(2 * GIB)],
        files: files([], [{ path: "opt/model/w.bin", size: 2 * GIB, layer: 0, by: 1, how: "replaced" }]),
      },
      expect: { says: "2.0 GB (50 %) are hidden in lower layers: /opt/model/w.bin of layer 1 is replaced by layer 2" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

export const LAYER_COUNT = practice({
  id: "LAY007",
  title: "The image has not too many layers",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the image has {count} layers, more than {limit}",
  hint: "join RUN steps that belong together, and copy several files with one COPY",
  why: "Every layer is fetched, checked and unpacked by itself; storage drivers take 127 at most.",
  source: "N2.6",
  peers: [],
  cases: { most: { severity: "error", message: "the image has {count} layers; storage drivers take {limit} at most" } },
  checks: {
    image: ({ image, tables: { limits } }) => {
      if (!image.layers) return unknown("how many layers there are");
      const count = image.layers.length;
      if (count > limits.mostLayers) return { case: "most", fields: { count, limit: limits.mostLayers } };
      return count > limits.manyLayers ? { fields: { count, limit: limits.manyLayers } } : undefined;
    },
  },
  passes: [{ shows: "12 layers", image: { layers: layers(12) } }],
  fails: [
    { shows: "180 layers", image: { layers: layers(180) }, expect: { case: "most", severity: "error" } },
    {
      shows: "60 layers",
      image: { layers: layers(60) },
      expect: { severity: "warning", says: "60 layers, more than 40" },
    },
    { shows: "nobody looked", image: { layers: undefined }, expect: { certainty: "unknown" } },
  ],
});
