// The steps of the demo, each ending in proofs. What they use is given to them; they print nothing.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { formatSize } from "../base/size.ts";
import type { MadeImage } from "./demo-image.ts";
import { insideProofs } from "./inside.ts";
import type { Ran } from "./process.ts";
import { equals, holds, type Proof } from "./proof.ts";
import type { DemoRegistry, Request } from "./registry.ts";
import { exists, type Stage } from "./stage.ts";

/** What the steps work with. */
export interface Scene {
  readonly image: MadeImage;
  readonly registry: DemoRegistry;
  readonly stage: Stage;
}

/** What a step found. */
export interface Outcome {
  readonly note: string;
  readonly proofs: readonly Proof[];
}

const IMAGE_FILE = "python.sif";

/** The figures of the image that was made. */
export function describeImage(image: MadeImage): Outcome {
  const sum = (of: (layer: MadeImage["layers"][number]) => number): number =>
    image.layers.reduce((n, each) => n + of(each), 0);
  const packed = formatSize(sum((layer) => layer.descriptor.size));
  const note = `${packed} in ${image.layers.length} layers, ${formatSize(sum((layer) => layer.unpackedSize))} unpacked`;
  const each = image.layers.map((layer) => formatSize(layer.descriptor.size)).join(" + ");
  return {
    note: image.cached ? `${note} (kept from an earlier demo)` : note,
    proofs: [{ claim: `${image.how}: ${each}`, holds: true }],
  };
}

/** The registry speaks the distribution protocol. */
export async function serve({ image, registry }: Scene, signal: AbortSignal): Promise<Outcome> {
  const url = `http://${registry.address}/v2/`;
  const welcome = await fetch(url, { signal });
  const head = await fetch(`${url}${registry.repository}/manifests/${image.tag}`, {
    method: "HEAD",
    headers: { accept: image.manifest.mediaType },
    signal,
  });
  return {
    note: registry.reference,
    proofs: [
      equals("GET /v2/ is answered as the distribution protocol says", welcome.status, 200),
      equals(
        "the tag leads to the image's digest",
        head.headers.get("docker-content-digest") ?? "none",
        image.manifest.digest,
      ),
    ],
  };
}

/** The first pull: everything comes over the wire, once. */
export async function pullCold({ image, registry, stage }: Scene): Promise<Outcome> {
  const before = registry.requests().length;
  const ran = await stage.berth(["pull", IMAGE_FILE, registry.reference]);
  const fetched = blobsIn(registry.requests().slice(before));
  const wanted = image.layers.map((layer) => layer.descriptor.digest);
  const file = join(stage.folder, IMAGE_FILE);
  const size = (await exists(file)) ? (await stat(file)).size : 0;
  return {
    note: `${formatSize(size)} in one file, pulled by ${stage.who}`,
    proofs: [
      succeeded("berth pull succeeds", ran),
      holds("it made one file", size > 0, "there is no file"),
      holds(
        "each layer was fetched exactly once",
        wanted.every((digest) => count(fetched, digest) === 1),
        fetched.join(" "),
      ),
    ],
  };
}

/** The second pull of an unchanged tag costs one question. */
export async function pullAgain({ registry, stage }: Scene): Promise<Outcome> {
  const before = registry.requests().length;
  const ran = await stage.berth(["pull", "--force", IMAGE_FILE, registry.reference]);
  const asked = registry
    .requests()
    .slice(before)
    .map((request) => `${request.method} ${request.path}`);
  return {
    note: `${asked.length} request${asked.length === 1 ? "" : "s"} to the registry`,
    proofs: [
      succeeded("berth pull --force succeeds", ran),
      holds(
        "it asked with one HEAD request and fetched nothing",
        asked.length === 1 && asked[0]?.startsWith("HEAD ") === true,
        asked.join(", ") || "no request",
      ),
    ],
  };
}

/** Another machine's cache is empty: the file must come out the same. */
export async function pullElsewhere({ registry, stage }: Scene): Promise<Outcome> {
  const ran = await stage.berth(["pull", "elsewhere.sif", registry.reference], { cache: "other-cache" });
  const digests =
    ran.status === 0
      ? await Promise.all([IMAGE_FILE, "elsewhere.sif"].map((name) => digestOfFile(join(stage.folder, name))))
      : [];
  return {
    note: `sha256 ${digests[0]?.slice(0, 16) ?? "unknown"}…`,
    proofs: [
      succeeded("berth pull into an empty cache succeeds", ran),
      equals("both files are the same, byte for byte", digests[1], digests[0] ?? "a file"),
    ],
  };
}

/** Runs what the image is made to run: its Python looks at the merged tree. */
export async function runInside({ stage }: Scene): Promise<Outcome> {
  const ran = await stage.berth(["run", IMAGE_FILE]);
  return {
    note: `as ${stage.who}`,
    proofs: [succeeded("berth run succeeds", ran), ...insideProofs(ran.stdout, stage.uid)],
  };
}

/** Exit status, signals and words go through unchanged. */
export async function execInside({ stage }: Scene): Promise<Outcome> {
  const python = (...words: string[]): Promise<Ran> => stage.berth(["exec", IMAGE_FILE, "python3", "-c", ...words]);
  const status = await python("raise SystemExit(42)");
  const killed = await python("import os; os.kill(os.getpid(), 15)");
  const word = `a 'b' "c" $d \\e * \n f`;
  const echoed = await python("import sys; sys.stdout.write(sys.argv[1])", word);
  const missing = await stage.berth(["exec", IMAGE_FILE, "no-such-program"]);
  return {
    note: "4 programs",
    proofs: [
      equals("an exit status arrives", status.status, 42),
      equals("death by a signal arrives as 128+n", killed.status, 143),
      equals("words with quotes, dollars and line ends arrive unchanged", echoed.stdout, word),
      equals("a program that does not exist gives 127", missing.status, 127),
    ],
  };
}

/** The proof that a program ended well; its last words when it did not. */
export function succeeded(claim: string, { status, stderr }: Ran): Proof {
  return holds(claim, status === 0, `status ${status}: ${stderr.trim().split("\n").slice(-3).join("; ")}`);
}

function blobsIn(requests: readonly Request[]): readonly string[] {
  return requests.flatMap(({ method, path }) => (method === "GET" && /\/blobs\/([^?]+)/.exec(path)?.[1]) || []);
}

function count(words: readonly string[], wanted: string): number {
  return words.filter((word) => word === wanted).length;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
