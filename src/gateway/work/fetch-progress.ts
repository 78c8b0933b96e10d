// Turns the fetching of layers into the two things that a record shows: which layer is being pulled, and how many bytes of
// all are there. Knows nothing of records.

import type { Progress, Task } from "../../base/log.ts";
import type { Descriptor } from "../../oci/types.ts";
import type { JobMessage } from "./job-messages.ts";

/** A progress port for the blobs of `layers`, and the place to tell of layers that are there already. */
export interface FetchProgress extends Progress {
  present(layer: Descriptor): void;
  /** Bytes that were not there already. */
  readonly fetched: number;
}

const FETCH = "fetch ";

/** Says `Pulling layer …` (spec/shifter.md 1.4) and bytes, through `say`. */
export function fetchProgress(layers: readonly Descriptor[], say: (message: JobMessage) => void): FetchProgress {
  const different = new Map(layers.map((layer) => [layer.digest, layer]));
  const total = [...different.values()].reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let fetched = 0;
  const add = (bytes: number) => {
    done += bytes;
    // A layer that had to be begun again counts twice; nobody wants to see more than all.
    say({ type: "bytes", done: Math.min(done, total), total });
  };
  const layerOf = (label: string) =>
    label.startsWith(FETCH)
      ? [...different.keys()].find((digest) => digest.slice("sha256:".length).startsWith(label.slice(FETCH.length)))
      : undefined;
  return {
    get fetched() {
      return fetched;
    },
    present: (layer) => {
      if (different.delete(layer.digest)) add(layer.size);
    },
    start(label): Task {
      const digest = layerOf(label);
      if (digest === undefined) return { advance() {}, done() {} };
      say({ type: "stage", status: "PULLING", text: `Pulling layer ${digest}` });
      const advance = (bytes: number) => {
        fetched += bytes;
        add(bytes);
      };
      return { advance, done() {} };
    },
  };
}
