// `%setup` runs on the machine that builds, which a Dockerfile cannot do. One that only copies files into the image can
// be carried over all the same: `cp`, `mkdir` and `touch` with paths below `$APPTAINER_ROOTFS`.

import { splitWords } from "../../recipe/definition/words.ts";

/** What a line of `%setup` comes to. */
export type SetupLine =
  | { readonly kind: "copy"; readonly sources: readonly string[]; readonly destination: string }
  | { readonly kind: "run"; readonly command: string };

const ROOT = /^\$(?:\{(?:APPTAINER|SINGULARITY)_ROOTFS\}|(?:APPTAINER|SINGULARITY)_ROOTFS(?!\w))(.*)$/;

/** Reads a line; undefined when it does anything else. Empty for comments and blank lines. */
export function setupLine(line: string): readonly SetupLine[] | undefined {
  if (/[;&|`<>()]/.test(line)) return undefined;
  const { words, open } = splitWords(line);
  if (open) return undefined;
  const [program, ...rest] = words.map(({ text }) => text);
  if (program === undefined) return [];
  const options = rest.filter((word) => word.startsWith("-"));
  const operands = rest.filter((word) => !word.startsWith("-"));
  const inside = operands.map((word) => ROOT.exec(word)?.[1]);
  if (program === "cp" && options.every((one) => /^-[aRrfpvLd]+$/.test(one))) {
    const destination = inside.at(-1);
    const sources = operands.slice(0, -1);
    if (destination === undefined || sources.length === 0 || sources.some((word) => word.includes("$")))
      return undefined;
    return [{ kind: "copy", sources, destination: destination || "/" }];
  }
  const harmless =
    program === "touch" ? options.length === 0 : program === "mkdir" && options.every((one) => one === "-p");
  const paths = inside.filter((path) => path !== undefined && !path.includes("$"));
  if (!harmless || paths.length !== operands.length || paths.length === 0) return undefined;
  return [{ kind: "run", command: [program, ...options, ...paths].join(" ") }];
}
