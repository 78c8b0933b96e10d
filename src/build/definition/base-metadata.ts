// What the image that a stage begins with already says of itself under `/.singularity.d`.

import { parseLabels } from "../../image/inspect/read-attributes.ts";
import type { Builder, State } from "../types.ts";

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_HISTORY = 1000;

/** Files of `/.singularity.d` by their names in it; what is not there is missing. */
export interface BaseMetadata {
  readonly files: ReadonlyMap<string, string>;
  /** Definitions that stand in `bootstrap_history`. */
  readonly history: number;
  /** Of `labels.json`, else of the configuration. */
  readonly labels: Readonly<Record<string, string>>;
}

const NAMES = [
  ...["runscript", "startscript", "test", "runscript.help", "labels.json", "Singularity"],
  ...["01-base.sh", "10-docker2singularity.sh", "90-environment.sh", "91-environment.sh"].map((name) => `env/${name}`),
  ...["94-appsbase.sh", "95-apps.sh", "99-base.sh", "99-runtimevars.sh"].map((name) => `env/${name}`),
];

/** Reads them. Anything but a small regular file counts as missing. */
export async function readMetadata(builder: Builder, state: State): Promise<BaseMetadata> {
  const files = new Map<string, string>();
  for (const name of NAMES) {
    const text = await read(builder, state, `/.singularity.d/${name}`);
    if (text !== undefined) files.set(name, text);
  }
  let history = 0;
  while (history < MAX_HISTORY && (await read(builder, state, historyPath(history))) !== undefined) history += 1;
  const labels = parseLabels(files.get("labels.json")) ?? state.base?.image.config.config?.Labels ?? {};
  return { files, history, labels };
}

/** Where the definition with this number is kept. */
export function historyPath(number: number): string {
  return `/.singularity.d/bootstrap_history/Apptainer${number}`;
}

/** True when the image sets variables by code of its own, which the configuration does not know of. */
export function hasEnvironmentCode({ files }: BaseMetadata): boolean {
  return [...files].some(([name, text]) => OWN_CODE.has(name) && text.split("\n").some(isCode));
}

const OWN_CODE = new Set(
  ["10-docker2singularity.sh", "90-environment.sh", "91-environment.sh", "94-appsbase.sh"].map((name) => `env/${name}`),
);

function isCode(line: string): boolean {
  return line.trim() !== "" && !line.trim().startsWith("#");
}

async function read(builder: Builder, state: State, path: string): Promise<string | undefined> {
  return (await builder.readFile(state, path, MAX_BYTES))?.toString("utf8");
}
