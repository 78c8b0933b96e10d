// What a stage begins with: from its headers to an image, nothing, or a program that makes a system. Pure.

import { isAbsolute, join } from "node:path";
import { nearest } from "../../base/nearest.ts";
import { type ImageSource, parseImageUri } from "../../oci/uri.ts";
import type { Header } from "../../recipe/definition/index.ts";
import type { BaseSource } from "../types.ts";
import { failAt } from "./errors.ts";
import type { Stage } from "./recipe.ts";

/** Agents that are programs of the host. */
const PROGRAM_AGENTS = ["debootstrap", "yum", "dnf", "zypper"] as const;
export type ProgramAgent = (typeof PROGRAM_AGENTS)[number];

/** Where a stage's files come from. */
export type StageBase =
  | { readonly kind: "source"; readonly source: BaseSource }
  | { readonly kind: "program"; readonly agent: ProgramAgent };

const IMAGE_AGENTS = ["docker", "docker-daemon", "docker-archive", "oci", "oci-archive", "oras", "localimage"] as const;
type ImageAgent = (typeof IMAGE_AGENTS)[number];

const RETIRED: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  library: ["the library service has no open successor", "use Bootstrap: docker for images, oras for SIF files"],
  shub: ["Singularity Hub was closed in 2021", "use Bootstrap: docker for images, oras for SIF files"],
  busybox: ["berth does not fetch single programs", "use Bootstrap: docker, From: busybox"],
  arch: ["pacstrap needs real root", "use Bootstrap: docker, From: archlinux"],
  dockerfile: ["berth builds Dockerfiles by themselves", "build the Dockerfile, then use Bootstrap: localimage"],
  buildkit: ["berth builds Dockerfiles by themselves", "build the Dockerfile, then use Bootstrap: localimage"],
};

/**
 * Reads a stage's headers. `folder` is where relative paths begin.
 * @throws E_BOOTSTRAP_UNKNOWN, E_BOOTSTRAP_RETIRED, E_BOOTSTRAP_HEADER, and what `parseImageUri` does
 */
export function stageBase(stage: Stage, folder: string): StageBase {
  const header = requiredHeader(stage, "bootstrap");
  const agent = header.value.toLowerCase();
  const at = stage.at(header.range, "Bootstrap");
  const program = PROGRAM_AGENTS.find((name) => name === agent);
  if (program) return { kind: "program", agent: program };
  if (agent === "scratch") return { kind: "source", source: { kind: "scratch" } };
  const retired = Object.hasOwn(RETIRED, agent) ? RETIRED[agent] : undefined;
  if (retired) throw failAt("E_BOOTSTRAP_RETIRED", at, { agent, why: retired[0], hint: retired[1] });
  const image = IMAGE_AGENTS.find((name) => name === agent);
  if (!image) {
    const known = [...IMAGE_AGENTS, "scratch", ...PROGRAM_AGENTS];
    const near = nearest(agent, known);
    throw failAt("E_BOOTSTRAP_UNKNOWN", at, {
      agent,
      hint: near ? `did you mean ${near}?` : `known are ${known.join(", ")}`,
    });
  }
  return { kind: "source", source: { kind: "image", source: imageSource(image, stage, folder) } };
}

/** The header of a key. @throws E_BOOTSTRAP_HEADER */
export function requiredHeader(stage: Stage, key: string): Header {
  const header = stage.headers.get(key);
  if (header) return header;
  const bootstrap = stage.headers.get("bootstrap") ?? [...stage.headers.values()][0];
  const agent = stage.headers.get("bootstrap")?.value ?? "(none)";
  const at = stage.at(bootstrap?.range ?? { start: 0, end: 0 }, "Bootstrap");
  throw failAt("E_BOOTSTRAP_HEADER", at, { agent, key: KEYS[key] ?? key, example: EXAMPLES[key] ?? `${key}: …` });
}

const KEYS: Readonly<Record<string, string>> = {
  bootstrap: "Bootstrap",
  from: "From",
  osversion: "OSVersion",
  mirrorurl: "MirrorURL",
};
const EXAMPLES: Readonly<Record<string, string>> = {
  bootstrap: "Bootstrap: docker",
  from: "From: debian:13",
  osversion: "OSVersion: trixie",
  mirrorurl: "MirrorURL: http://mirror/path",
};

function imageSource(agent: ImageAgent, stage: Stage, folder: string): ImageSource {
  const { value } = requiredHeader(stage, "from");
  switch (agent) {
    case "localimage":
      return { kind: "file", path: absolute(value.replace(/^localimage:(\/\/)?/, ""), folder) };
    case "docker":
      return parseImageUri(`docker://${qualified(stage, value.replace(/^docker:\/\//, ""))}`);
    case "oras":
      return parseImageUri(`oras://${value.replace(/^oras:\/\//, "")}`);
    case "docker-daemon":
      return parseImageUri(`${agent}:${value}`);
    case "docker-archive":
    case "oci":
    case "oci-archive":
      return inFolder(parseImageUri(`${agent}:${value}`), folder);
  }
}

// `Registry:` and `Namespace:` stand before the name, in this order.
function qualified(stage: Stage, from: string): string {
  const parts = ["registry", "namespace"].map((key) => stage.headers.get(key)?.value ?? "");
  return [...parts.map((part) => part.replace(/^docker:\/\//, "").replace(/\/+$/, "")), from].filter(Boolean).join("/");
}

function inFolder(source: ImageSource, folder: string): ImageSource {
  return "path" in source ? { ...source, path: absolute(source.path, folder) } : source;
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
