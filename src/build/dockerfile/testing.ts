// For tests: a builder that carries nothing out and remembers what it was asked for.

import { digestOf } from "../../base/digest.ts";
import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import type { BaseSource, Builder, BuiltImage, State, Step, StepOrigin } from "../types.ts";
import { buildDockerfile } from "./build.ts";
import type { DockerfileJob } from "./job.ts";

/** One call of the builder. */
export type Call =
  | { readonly call: "from"; readonly base: BaseSource }
  | { readonly call: "step"; readonly step: Step; readonly on: string; readonly title: string };

/** What a recording build answers with. */
export interface Recording {
  readonly image: BuiltImage;
  readonly calls: readonly Call[];
  readonly said: readonly string[];
}

/** Settings of a recording builder. */
export interface RecordingOptions {
  /** The configuration document of every base image; JSON. */
  readonly base?: object;
  /** Called before a step is answered, for its order and its failures. */
  onStep?(step: Step, at: StepOrigin): Promise<void> | void;
}

/** The steps of a recording, in the order they were asked for. */
export function stepsOf({ calls }: Recording): readonly Step[] {
  return calls.flatMap((one) => (one.call === "step" ? [one.step] : []));
}

/** Plans and "builds" a recipe. */
export async function recordBuild(
  text: string,
  job: Partial<DockerfileJob> = {},
  options: RecordingOptions = {},
): Promise<Recording> {
  const { builder, calls, said } = recordingBuilder(options);
  const none = new Map<string, never>();
  const image = await buildDockerfile(
    {
      file: parseDockerfile({ name: "Dockerfile", text }),
      ...{ buildArgs: none, labels: none, contexts: none, secrets: none, ssh: none, network: "host" },
      sources: {
        download: ({ name }) => Promise.resolve(`/downloads/${name}`),
        checkout: () => Promise.resolve("/checkouts/tree"),
      },
      ...job,
    },
    builder,
  );
  return { image, calls, said };
}

function recordingBuilder({ base = {}, onStep }: RecordingOptions) {
  const calls: Call[] = [];
  const said: string[] = [];
  const builder: Builder = {
    platform: { os: "linux", architecture: "amd64" },
    signal: new AbortController().signal,
    from: async (source) => {
      calls.push({ call: "from", base: source });
      return source.kind === "scratch" ? { key: digestOf("scratch"), base: undefined, layers: [] } : imageState(base);
    },
    step: async (state, step, at) => {
      calls.push({ call: "step", step, on: state.key, title: at.title });
      await onStep?.(step, at);
      const key = digestOf(`${state.key} ${JSON.stringify(step)}`);
      const descriptor = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: key, size: 1 };
      const changes = !(step.kind === "run" && step.argv.includes("true"));
      return { ...state, key, layers: changes ? [...state.layers, { descriptor, folder: "", made: 0 }] : state.layers };
    },
    check: () => Promise.resolve(0),
    readFile: () => Promise.resolve(undefined),
    say: (_, line) => void said.push(line),
  };
  return { builder, calls, said };
}

function imageState(base: object): State {
  const configBytes = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", ...base }));
  const document = JSON.parse(configBytes.toString());
  const descriptor = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: digestOf(configBytes),
    size: 1,
  };
  const manifest = { mediaType: descriptor.mediaType, config: descriptor, layers: [] };
  const config = { ...document, rootfs: { type: "layers" as const, diff_ids: [] } };
  const image = { descriptor, manifest, manifestBytes: Buffer.alloc(0), config, configBytes };
  return { key: descriptor.digest, base: { image, squashfs: "" }, layers: [] };
}
