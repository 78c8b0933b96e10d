// An image as a comparison of conversions sees it: its tree without what definitions and conversions add, its labels, and
// how it behaves when it is run.

import { type ReadImage, readImage } from "../dockerfiles/read-image.ts";

/** By `run`, `arguments`, `environment`, `labels` and the paths of files. */
export type Facts = Readonly<Record<string, string>>;

/** Runs berth and answers what it printed; `input` is what it reads. */
export type Berth = (
  args: readonly string[],
  input?: string,
) => Promise<{ readonly status: number | null; readonly stdout: string }>;

/**
 * Everything about the image in a layout's folder. `starts`: it says which program it starts, so that arguments matter;
 * the others start a shell, which tells the environment by itself.
 */
export async function factsOf(layout: string, berth: Berth, starts: boolean): Promise<Facts> {
  // Without a mount: shared ones would stay behind for their idle time, two for each row.
  const clean = ["--unsquash", "--cleanenv", `oci:${layout}:x`];
  const calls: Readonly<Record<string, readonly string[]>> = {
    run: ["run", ...clean],
    ...(starts ? { arguments: ["run", ...clean, "/bin/echo", "a  b", "$c"] } : {}),
    ...(starts ? { environment: ["exec", ...clean, "/bin/env"] } : {}),
  };
  const told: Record<string, string> = {};
  for (const [name, args] of Object.entries(calls)) {
    const { status, stdout } = await berth(args, starts ? "echo ran" : "env");
    told[name] = `${status} ${ofImage(stdout)}`;
  }
  const read = await readImage(layout);
  return { ...treeOf(read), ...told, labels: labelsOf(read) };
}

/** The names of facts that are not the same in both. */
export function differencesOf(left: Facts, right: Facts): readonly string[] {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => left[name] !== right[name]).sort();
}

// Names of the image's own file, and what a shell adds by itself.
function ofImage(output: string): string {
  const own = (line: string) => !/^(?:SHLVL|_|\w+_(?:CONTAINER|NAME))=/.test(line);
  return output.split("\n").filter(own).sort().join("\n");
}

// Definitions bring `/.singularity.d` with its links, conversions to Dockerfiles `/.recipe`.
const ADDED = /^\/(?:\.singularity\.d|\.recipe)(?:\/|$)|^\/(?:environment|singularity|\.exec|\.run|\.shell|\.test)$/;

function treeOf({ tree }: ReadImage): Facts {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !ADDED.test(path)));
}

function labelsOf({ config }: ReadImage): string {
  const labels = Object.entries((config["Labels"] ?? {}) as Readonly<Record<string, string>>);
  return JSON.stringify(labels.filter(([name]) => !name.startsWith("org.label-schema.")).sort());
}
