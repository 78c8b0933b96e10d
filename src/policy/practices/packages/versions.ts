// What is installed has a version: PKG014, PKG015.

import { isSystem, type PackageCommand } from "../../commands/package-commands.ts";
import type { PackageManager } from "../../commands/package-managers.ts";
import { type PackageRequest, readRequest } from "../../commands/package-specs.ts";
import { isOpen } from "../../commands/words.ts";
import { listed } from "../../message.ts";
import { practice } from "../../practice.ts";
import type { Hit } from "../../rule.ts";
import { buildCalls, debian, isRehearsal, type PlacedCall, post } from "./calls.ts";

export const SYSTEM_VERSIONS = practice({
  id: "PKG014",
  title: "Packages of the distribution have a version",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "{manager} installs {names} without a version",
  hint: "write {example}",
  why: "Two builds of the same recipe bring different versions. The price: a pinned version leaves the mirrors when it is mended.",
  source: "ours",
  peers: ["DL3008", "DL3018", "DL3033", "DL3037", "DL3041"],
  checks: {
    recipe: ({ recipe }) =>
      buildCalls(recipe)
        .filter(({ call }) => isSystem(call) && call.action === "install" && call.subcommand !== "build-dep")
        .flatMap((placed) => versionHit(placed, placed.call.packages.filter(isLoose), systemExample)),
  },
  passes: [
    { shows: "a pattern", dockerfile: debian("RUN apt-get install -y curl=8.14.*") },
    { shows: "a local file", dockerfile: debian("RUN apt-get install -y ./curl.deb") },
    { shows: "rpm", dockerfile: "FROM rockylinux:9\nRUN dnf install -y gcc-11.5.0-5.el9 gcc-c++-11.5.0\n" },
    { shows: "apk", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache git~=2.49 'curl>8'\n" },
    { shows: "a variable", dockerfile: debian("ARG V=8.14", "RUN apt-get install -y curl=$V $MORE") },
  ],
  fails: [
    { shows: "curl", dockerfile: debian("RUN apt-get install -y curl"), expect: { says: "curl" } },
    {
      shows: "one of two",
      dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache a=1 b\n",
      expect: { says: "installs b" },
    },
  ],
});

function isLoose({ kind, version }: PackageRequest): boolean {
  return kind === "package" && version === undefined;
}

function systemExample(call: PackageCommand, name: string): string {
  return ["apt-get", "apt", "aptitude", "apk", "zypper"].includes(call.manager) ? `${name}=1.2.*` : `${name}-1.2.3`;
}

function versionHit(
  { call }: PlacedCall,
  loose: readonly PackageRequest[],
  example: (call: PackageCommand, name: string) => string,
): readonly Hit[] {
  const [first] = loose;
  if (!first || isRehearsal(call)) return [];
  const names = loose.slice(0, 3).map(({ name }) => name);
  if (loose.length > 3) names.push(`${loose.length - 3} more`);
  const fields = { manager: call.manager, names: listed(names), example: example(call, first.name) };
  return [{ fields, range: first.range }];
}

export const LANGUAGE_VERSIONS = practice({
  id: "PKG015",
  title: "Packages of pip, conda, npm and their kin have a version",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{manager} installs {names} without a version",
  hint: "write {example}, or install from a lock file",
  why: "The next build brings other versions, and what an analysis ran with can no longer be said.",
  source: "N2.2",
  peers: ["DL3013", "DL3016", "DL3028", "DL3062"],
  checks: {
    recipe: ({ recipe }) =>
      buildCalls(recipe)
        .filter(({ call }) => MANAGERS.includes(call.manager) && ["install", "create"].includes(call.action))
        .flatMap((placed) => versionHit(placed, looseRequests(placed.call), languageExample)),
  },
  passes: [
    { shows: "versions", dockerfile: debian("RUN pip install --no-cache-dir numpy==2.1.0 'scipy>=1.14,<2'") },
    { shows: "a file", dockerfile: debian("RUN pip install -r requirements.txt && conda install -y --file spec.txt") },
    {
      shows: "the project itself",
      dockerfile: debian("RUN pip install . && pip install -e .[dev] ./wheels/x-1.0-py3-none-any.whl"),
    },
    { shows: "constraints", dockerfile: debian("RUN pip install -c constraints.txt numpy") },
    { shows: "a commit", dockerfile: debian("RUN pip install git+https://h.example/u/r@v1.2") },
    { shows: "an environment file", definition: post("conda env create -f environment.yml", "conda create -y -n app") },
    { shows: "conda with channel", definition: post("mamba install -y conda-forge::numpy=2.1 'scipy >=1.14'") },
    { shows: "a lock file", dockerfile: debian("RUN npm ci && npm install && yarn install --frozen-lockfile") },
    { shows: "scopes", dockerfile: debian("RUN npm install -g @angular/cli@17.3.0") },
    {
      shows: "gem and cargo",
      dockerfile: debian("RUN gem install rake -v 13.2 && cargo install ripgrep --version 14.1.0"),
    },
    { shows: "a variable with a version", dockerfile: debian("ARG V", "RUN pip install torch==$V $MORE scipy$V") },
    { shows: "go", dockerfile: debian("RUN go install example.com/x/cmd/y@v1.2.3 && go install ./...") },
  ],
  fails: [
    { shows: "pip", dockerfile: debian("RUN pip install numpy"), expect: { says: "pip installs numpy" } },
    {
      shows: "one of several",
      dockerfile: debian("RUN pip3 install numpy==2.1.0 scipy[all]"),
      expect: { says: "installs scipy " },
    },
    { shows: "pip itself", dockerfile: debian("RUN python3 -m pip install --upgrade pip") },
    { shows: "a repository's default branch", dockerfile: debian("RUN pip install git+https://h.example/u/r.git") },
    { shows: "conda", definition: post("conda create -y -n app python=3.13 numpy"), expect: { says: "numpy" } },
    { shows: "npm's moving tag", dockerfile: debian("RUN npm install -g npm@latest") },
    { shows: "gem", dockerfile: debian("RUN gem install rake bundler"), expect: { says: "rake and bundler" } },
    { shows: "cargo and go", dockerfile: debian("RUN cargo install ripgrep && go install example.com/x@latest") },
  ],
});

const MANAGERS: readonly PackageManager[] = [
  ...(["pip", "conda", "mamba", "micromamba", "npm", "yarn", "pnpm", "gem", "go", "cargo"] as const),
];

function looseRequests(call: PackageCommand): readonly PackageRequest[] {
  const { manager, options, flags, open } = call;
  if (open) return [];
  if (manager === "pip" && ["-c", "--constraint", "--require-hashes"].some((name) => flags.has(name))) return [];
  if (manager === "conda" && flags.has("--clone")) return [];
  if (manager === "go" && (flags.has("-modfile") || flags.has("-mod"))) return [];
  if (manager === "cargo" && flags.has("--path")) return [];
  if (manager === "cargo" && flags.has("--git")) return isPinnedGit(call) ? [] : call.packages.filter(isWanted);
  const editable = [...(options.get("-e") ?? []), ...(options.get("--editable") ?? [])].map(({ text, value, range }) =>
    readRequest("pip", { text, value, range }),
  );
  return [...call.packages, ...(manager === "pip" ? editable : [])].filter((request) => lacksVersion(call, request));
}

function isPinnedGit({ flags }: PackageCommand): boolean {
  return flags.has("--tag") || flags.has("--rev");
}

function isWanted({ kind }: PackageRequest): boolean {
  return kind === "package" || kind === "url";
}

const MOVING = /^(latest|next|main|master|head|stable|canary|beta|\*|x)$/i;

function lacksVersion({ manager }: PackageCommand, { kind, version, name, word }: PackageRequest): boolean {
  if (kind === "file" || kind === "open" || kind === "group" || isOpen(word)) return false;
  // `tensorflow$POSTFIX`: the version may be in what nobody knows.
  if (version === undefined && word.value === undefined) return false;
  // An archive is what it is; a repository moves.
  if (kind === "url")
    return version === undefined && /^git[+@:]|\.git(#|$)|^(github|gitlab|bitbucket):|^[\w.-]+\/[\w.-]+$/.test(name);
  if (manager === "go" && !/[./]/.test(name)) return false;
  return version === undefined || (["npm", "yarn", "pnpm", "go"].includes(manager) && MOVING.test(version));
}

function languageExample({ manager }: PackageCommand, name: string): string {
  const plain = name.replace(/^git\+/, "");
  if (name.includes("://")) return `${plain}@v1.2.3`;
  switch (manager) {
    case "pip":
      return `${name}==1.2.3`;
    case "gem":
      return `${name}:1.2.3`;
    case "conda":
    case "mamba":
    case "micromamba":
      return `${name}=1.2.3`;
    default:
      return `${name}@${manager === "go" ? "v" : ""}1.2.3`;
  }
}
