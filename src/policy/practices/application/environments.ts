// One conda environment per image: APP003.

import type { FileEntry } from "../../../audit/types.ts";
import { optionOf } from "../../commands/options.ts";
import { isConda, type PackageCommand } from "../../commands/package-commands.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import { unknown } from "../../rule.ts";
import { exampleFile, imageWith } from "../example-parts.ts";
import { callsIn, debian, post } from "../packages/calls.ts";
import { finalSteps } from "../recipe-parts.ts";

export const ONE_ENVIRONMENT = practice({
  id: "APP003",
  title: "An image holds one conda environment",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{count} conda environments are in one image: {names}",
  hint: "make an image of each environment",
  why: "Environments of one image are built, scanned and updated together, and users take the wrong one.",
  source: "N2.3",
  peers: [],
  checks: {
    recipe: ({ recipe }) => {
      const calls = callsIn(finalSteps(recipe), "build").filter(
        ({ call }) => isConda(call) && call.action === "create",
      );
      const named = new Map(calls.map((placed) => [nameOf(placed.call), placed]));
      const last = [...named.values()].at(-1);
      if (named.size < 2 || !last) return undefined;
      return { fields: { count: named.size, names: listed([...named.keys()]) }, range: last.call.command.range };
    },
    image: ({ image: { files } }) => {
      if (!files) return unknown("nobody read the image's files");
      const own = environments(files.entries);
      return own.length < 2 ? undefined : { fields: { count: own.length, names: listed(own.slice(0, 4)) } };
    },
  },
  passes: [
    { shows: "one", dockerfile: debian("RUN conda create -y -n app python=3.13 && conda install -y -n app numpy=2.1") },
    {
      shows: "the same one, twice",
      definition: post("conda env create -n app -f a.yml || conda env create -n app -f b.yml"),
    },
    { shows: "base and one more", image: imageWith(root("opt/conda"), root("opt/conda/envs/app")) },
    { shows: "one without base", image: imageWith(root("opt/env")) },
  ],
  fails: [
    {
      shows: "two conda create",
      dockerfile: debian("RUN conda create -y -n a python=3.13", "RUN mamba create -y -p /opt/b python=3.12"),
      expect: { line: 3, says: "a and /opt/b" },
    },
    {
      shows: "of files",
      definition: post("conda env create -f one.yml", "conda env create -f two.yml"),
      expect: { says: "one.yml and two.yml" },
    },
    {
      shows: "an image",
      image: imageWith(root("opt/conda"), root("opt/conda/envs/a"), root("opt/conda/envs/b")),
      expect: { says: "2 conda environments" },
    },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

// The name may stand in the file; two files are two environments then.
function nameOf(call: PackageCommand): string {
  const option = optionOf(call, "-n", "--name", "-p", "--prefix") ?? optionOf(call, "-f", "--file");
  return option?.text ?? call.packages.map(({ name }) => name).join(" ");
}

/** Roots of environments other than base: the one that has `envs`, or conda itself. */
function environments(entries: readonly FileEntry[]): readonly string[] {
  const roots = new Set<string>();
  const bases = new Set<string>();
  for (const { path } of entries) {
    const match = /^(.*?)\/?conda-meta(?:$|\/(history$|conda-\d))/.exec(path);
    if (!match) continue;
    roots.add(`/${match[1] ?? ""}`);
    if (match[2]?.startsWith("conda-")) bases.add(`/${match[1] ?? ""}`);
  }
  const all = [...roots].filter((root) => !/\/pkgs\//.test(root));
  return all.filter((root) => !bases.has(root) && !all.some((other) => other.startsWith(`${root}/envs/`)));
}

function root(path: string): FileEntry {
  return exampleFile(`${path}/conda-meta/history`);
}
