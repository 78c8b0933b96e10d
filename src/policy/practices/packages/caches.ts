// Caches of the distribution's package managers and of conda do not stay in layers: PKG005, PKG008.

import { appendCommand, insertBehind } from "../../commands/edits.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { exampleFile, imageWith } from "../example-parts.ts";
import { type CacheFamily, leftCaches } from "./cache-cleaning.ts";
import { cachedHit } from "./cached-files.ts";
import { callsIn, debian, isWritten, type PlacedCall, post } from "./calls.ts";

const WHY = "What is in a layer is downloaded by everybody who uses the image, also when a later layer hides it.";

export const PACKAGE_CACHE = practice({
  id: "PKG005",
  title: "The package manager's cache does not stay in the layer",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "the cache of {manager} stays in the layer",
  hint: "end the same step with {command}",
  why: WHY,
  source: "N2.6",
  peers: [
    ...["DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DS-0015", "DS-0019", "DS-0020", "DS-0025", "DS-0027"],
    ...["DKL-DI-0004", "DKL-DI-0005"],
  ],
  fix: "safe",
  cases: {
    measured: {
      message: "{size} of package cache stay in the image: {path}",
      hint: "remove it in the step that fills it: rm -rf /var/lib/apt/lists/*, dnf clean all, apk add --no-cache",
    },
  },
  checks: {
    recipe: ({ recipe }) => recipe.chain.flatMap(({ steps }) => steps.flatMap((step) => leftHits(recipe, step, false))),
    image: ({ image }) => cachedHit(image, (path) => SYSTEM_CACHES.test(path)),
  },
  passes: [
    {
      shows: "lists removed",
      dockerfile: debian("RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*"),
    },
    {
      shows: "by find",
      dockerfile: debian("RUN apt-get update && apt-get install -y x; find /var/lib/apt/lists -type f -delete"),
    },
    {
      shows: "with braces",
      dockerfile: debian("RUN apt-get update && apt-get install -y x && rm -rf /var/lib/{apt,cache}/*"),
    },
    { shows: "yum clean all", dockerfile: "FROM rockylinux:9\nRUN yum -y install x && yum clean all\n" },
    { shows: "rm of dnf's cache", definition: post("dnf -y install x", "rm -rf /var/cache/dnf /var/cache/yum") },
    { shows: "apk --no-cache", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache git\n" },
    { shows: "apk and rm", dockerfile: "FROM alpine:3.22\nRUN apk update && apk add git && rm -rf /var/cache/apk/*\n" },
    {
      shows: "a cache mount",
      dockerfile: debian(
        "RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y x",
      ),
    },
    {
      shows: "in a stage that is not the image",
      dockerfile: `${debian("RUN apt-get install -y x")}FROM debian:13.1\n`,
    },
    {
      shows: "a clean image",
      image: imageWith(exampleFile("usr/bin/x"), exampleFile("var/lib/apt/lists/lock", { size: 0 })),
    },
    {
      shows: "of the base",
      image: imageWith(exampleFile("var/lib/apt/lists/x_Packages", { layer: 0, size: 9_000_000 })),
    },
  ],
  fails: [
    {
      shows: "install only",
      dockerfile: debian("RUN apt-get update && apt-get install -y x"),
      expect: { fixed: debian("RUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*") },
    },
    {
      shows: "apt-get clean leaves the lists",
      dockerfile: debian("RUN apt-get update \\", "    && apt-get install -y x \\", "    && apt-get clean"),
      expect: {
        fixed: debian(
          "RUN apt-get update \\",
          "    && apt-get install -y x \\",
          "    && apt-get clean \\",
          "    && rm -rf /var/lib/apt/lists/*",
        ),
      },
    },
    {
      shows: "removed in another layer",
      dockerfile: debian("RUN apt-get update && apt-get install -y x", "RUN rm -rf /var/lib/apt/lists/*"),
    },
    {
      shows: "filled again",
      dockerfile: debian("RUN apt-get update && rm -rf /var/lib/apt/lists/* && apt-get update"),
    },
    {
      shows: "dnf",
      dockerfile: "FROM rockylinux:9\nRUN dnf install -y gcc && dnf clean metadata\n",
      expect: { fixed: "FROM rockylinux:9\nRUN dnf install -y gcc && dnf clean metadata && dnf clean all\n" },
    },
    {
      shows: "apk",
      dockerfile: "FROM alpine:3.22\nRUN apk -U add git\n",
      expect: { fixed: "FROM alpine:3.22\nRUN apk -U add --no-cache git\n" },
    },
    {
      shows: "%post",
      definition: post("apt-get update", "apt-get install -y x"),
      expect: { fixed: post("apt-get update", "apt-get install -y x", "rm -rf /var/lib/apt/lists/*") },
    },
    {
      shows: "a here-document",
      dockerfile: debian("RUN <<EOF", "apt-get update", "apt-get install -y x", "EOF"),
      expect: {
        fixed: debian("RUN <<EOF", "apt-get update", "apt-get install -y x", "rm -rf /var/lib/apt/lists/*", "EOF"),
      },
    },
    {
      shows: "lists in an image",
      image: imageWith(exampleFile("var/lib/apt/lists/deb.debian.org_Packages.lz4", { size: 18_000_000 })),
      expect: { case: "measured", says: "17.2 MiB" },
    },
    { shows: "files that nobody read", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

const SYSTEM_CACHES =
  /^var\/(lib\/apt\/lists\/.*_|cache\/apt\/archives\/.*\.deb$|cache\/(yum|dnf|libdnf5|zypp|apk|tdnf)\/|cache\/pacman\/pkg\/)|^etc\/apk\/cache\//;

export const CONDA_CACHE = practice({
  id: "PKG008",
  title: "conda's package cache does not stay in the layer",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "the packages that {manager} downloaded stay in the layer",
  hint: "end the same step with {command}",
  why: `${WHY} conda keeps every package twice: as an archive and unpacked.`,
  source: "N2.6",
  peers: [],
  fix: "safe",
  cases: {
    measured: {
      message: "{size} of conda's package cache stay in the image: {path}",
      hint: "run conda clean -afy in the step that installs",
    },
  },
  checks: {
    recipe: ({ recipe }) => recipe.chain.flatMap(({ steps }) => steps.flatMap((step) => leftHits(recipe, step, true))),
    image: ({ image }) => {
      const roots = (image.files?.entries ?? [])
        .filter(({ path }) => /(^|\/)conda-meta$/.test(path) || /(^|\/)conda-meta\/history$/.test(path))
        .map(({ path }) => path.replace(/conda-meta(\/history)?$/, "pkgs/"));
      return cachedHit(image, (path) => roots.some((root) => path.startsWith(root)));
    },
  },
  passes: [
    { shows: "clean at the end", dockerfile: debian("RUN conda install -y x=1 && conda clean -afy") },
    { shows: "pkgs removed", dockerfile: debian("RUN conda install -y x=1 && rm -rf /opt/conda/pkgs") },
    { shows: "mamba", definition: post("mamba env create -f env.yml", "mamba clean --all --yes") },
    {
      shows: "a cache mount",
      dockerfile: debian("RUN --mount=type=cache,target=/opt/conda/pkgs conda install -y x=1"),
    },
    { shows: "nothing is installed", dockerfile: debian("RUN conda config --set channel_priority strict") },
    {
      shows: "an image without",
      image: imageWith(
        exampleFile("opt/conda/conda-meta/history"),
        exampleFile("opt/conda/lib/x.so", { size: 9_000_000 }),
      ),
    },
  ],
  fails: [
    {
      shows: "install only",
      dockerfile: debian("RUN conda install -y x=1"),
      expect: { fixed: debian("RUN conda install -y x=1 && conda clean -afy") },
    },
    {
      shows: "cleaned in the next layer",
      dockerfile: debian("RUN conda env create -f env.yml", "RUN conda clean -afy"),
    },
    {
      shows: "micromamba",
      definition: post("micromamba create -y -n app python=3.13"),
      expect: { fixed: post("micromamba create -y -n app python=3.13", "micromamba clean -afy") },
    },
    {
      shows: "an image",
      image: imageWith(
        exampleFile("opt/conda/conda-meta/history"),
        exampleFile("opt/conda/pkgs/numpy-2.1.0.conda", { size: 8_000_000 }),
      ),
      expect: { case: "measured", says: "7.6 MiB" },
    },
  ],
});

function leftHits(recipe: RecipeView, step: StepView, conda: boolean): readonly Hit[] {
  return [...leftCaches(step)]
    .filter(([family]) => (family === "conda") === conda)
    .map(([family, placed]) => {
      const { manager, command } = placed.call;
      const clean = cleaner(family, placed);
      return { fields: { manager, command: clean }, range: command.range, fix: fixOf(recipe, placed, family, clean) };
    });
}

function cleaner(family: CacheFamily, { call }: PlacedCall): string {
  switch (family) {
    case "apt":
      return "rm -rf /var/lib/apt/lists/*";
    case "yum":
      return `${call.manager} clean all`;
    case "zypper":
      return "zypper clean --all";
    case "apk":
      return "rm -rf /var/cache/apk/*";
    case "conda":
      return `${call.manager} clean -afy`;
  }
}

function fixOf(recipe: RecipeView, { step, command }: PlacedCall, family: CacheFamily, clean: string): Fix | undefined {
  const calls = callsIn([step], "build").filter(({ call }) => call.manager === "apk" && !call.flags.has("--no-cache"));
  const filling = calls.filter(({ call }) => ["install", "upgrade", "refresh"].includes(call.action));
  if (family === "apk" && filling.every((one) => one.call.action !== "refresh" && isWritten(recipe, one))) {
    const edits = filling.map(({ call }) => insertBehind(call.actionRange, " --no-cache"));
    return { title: "add --no-cache", safe: true, edits };
  }
  // Where the call may not be reached, its program may not be there: a recipe for several systems.
  const sure = !command.conditional && command.operatorBefore !== "||" && command.operatorAfter !== "||";
  const edit = sure || clean.startsWith("rm ") ? appendCommand(recipe, step, clean) : undefined;
  return edit && { title: `end the step with ${clean}`, safe: true, edits: [edit] };
}
