// The arguments in front of the first FROM and those that describe platforms: what FROM lines may use, and what a stage
// takes over with a bare `ARG NAME`. Pure.

import { formatPlatform } from "../../oci/platform.ts";
import type { Platform } from "../../oci/types.ts";
import type { Dockerfile, Instruction } from "../../recipe/dockerfile/ast.ts";
import { expanded, type Scope, type Variables } from "./scope.ts";

/** Arguments whose values reach RUN without a declaration, and no cache key (BuildKit's list). */
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"] as const;

/** What the platform's arguments are made of. */
export interface Platforms {
  /** Of the machine that builds. */
  readonly build: Platform;
  /** Of the image that is built. */
  readonly target: Platform;
  /** The stage that is built; undefined when it has no name. */
  readonly stage: string | undefined;
}

/** The values of the platform's arguments; `--build-arg` may give others. */
export function platformArguments({ build, target, stage }: Platforms, buildArgs: Variables): Variables {
  const own = {
    BUILDPLATFORM: formatPlatform(build),
    BUILDOS: build.os,
    BUILDOSVERSION: "",
    BUILDARCH: build.architecture,
    BUILDVARIANT: build.variant ?? "",
    TARGETPLATFORM: formatPlatform(target),
    TARGETOS: target.os,
    TARGETOSVERSION: "",
    TARGETARCH: target.architecture,
    TARGETVARIANT: target.variant ?? "",
    TARGETSTAGE: stage ?? "default",
  };
  return new Map(Object.entries(own).map(([name, value]) => [name, buildArgs.get(name) ?? value]));
}

/** Adds the ARGs in front of the first FROM to the platform's arguments. */
export function globalArguments(file: Dockerfile, platform: Variables, scope: Omit<Scope, "globals">): Variables {
  let values = platform;
  for (const instruction of file.instructions) {
    if (instruction.keyword === "FROM") break;
    if (instruction.keyword !== "ARG") continue;
    for (const { name, value } of instruction.pairs) {
      const given = scope.buildArgs.get(name.text);
      const set = given ?? (value && expanded(value, values, scope));
      if (set !== undefined) values = new Map(values).set(name.text, set);
    }
  }
  return values;
}

/** The proxies that the call gives, in both spellings, for the environment of RUN. */
export function proxyVariables(buildArgs: Variables): Variables {
  const found = new Map<string, string>();
  for (const name of PROXIES) {
    const value = buildArgs.get(name) ?? buildArgs.get(name.toLowerCase());
    if (value !== undefined) found.set(name, value).set(name.toLowerCase(), value);
  }
  return found;
}

/** Names given with `--build-arg` that no ARG of the recipe declares. */
export function unusedArguments(file: Dockerfile, buildArgs: Variables, platform: Variables): readonly string[] {
  const declared = new Set(file.instructions.flatMap(declaredBy));
  const known = (name: string) =>
    declared.has(name) ||
    platform.has(name) ||
    PROXIES.some((proxy) => proxy === name.toUpperCase()) ||
    // Settings of another builder's front end.
    /^BUILDKIT_|^SOURCE_DATE_EPOCH$/.test(name);
  return [...buildArgs.keys()].filter((name) => !known(name));
}

function declaredBy(instruction: Instruction): readonly string[] {
  if (instruction.keyword === "ONBUILD") return declaredBy(instruction.trigger);
  return instruction.keyword === "ARG" ? instruction.pairs.map(({ name }) => name.text) : [];
}
