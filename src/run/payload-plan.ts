// The program of a launch and its environment, for a new container as for one that is joined: request, host and image go
// in, words and variables come out. Pure.

import { appEntry, appEnvironment, knownApp } from "./apps.ts";
import type { EnvironmentParts } from "./environment.ts";
import { filterHost } from "./environment-host.ts";
import type { HostFacts } from "./host.ts";
import type { ImageFacts } from "./image-facts.ts";
import { info } from "./notes.ts";
import { ownVariables } from "./own-variables.ts";
import { chooseEntry, composePayload, dockerEnvironment, type Payload } from "./payload.ts";
import type { LaunchRequest } from "./request.ts";

/** The facts of an image that a payload depends on. */
export type PayloadFacts = Omit<ImageFacts, "passwd" | "group">;

export interface PayloadInput {
  readonly request: LaunchRequest;
  readonly host: HostFacts;
  readonly image: { readonly path: string; readonly facts: PayloadFacts };
  /** Ids of the payload in the container. */
  readonly ids: { readonly uid: number; readonly gid: number };
  /** Home and start directory in the container. */
  readonly place: { readonly home: string; readonly chdir: readonly string[] };
  /** Winning overrides of the environment. */
  readonly overrides: ReadonlyMap<string, string>;
  /** Variables that devices bring. */
  readonly deviceEnv: Iterable<readonly [string, string]>;
}

/** Decides on program and environment. @throws E_RUN_NOTHING, E_APP_UNKNOWN, E_APP_NO_SCRIPT, E_NO_SHELL_EVAL */
export function planPayload(input: PayloadInput): Payload {
  const { request, host, image, place } = input;
  const { app } = request;
  const facts = app === undefined ? undefined : knownApp(image.facts.apps, app, image.path);
  const appOf = app === undefined || !facts ? undefined : { name: app, facts };
  const entry =
    (appOf && appEntry(request, appOf.name, appOf.facts, image.path)) ?? chooseEntry(request, image.facts, image.path);
  if (request.docker) {
    const around = { home: place.home, hostname: request.hostname ?? host.hostname, terminal: host.terminal };
    const env = dockerEnvironment(image.facts, around, input.overrides);
    for (const [name, value] of input.deviceEnv) env.set(name, value);
    return { argv: entry.argv, env, notes: entry.notes.map(info) };
  }
  const own = ownVariables(request, image.path, place.home, place.chdir[0], host.env);
  // The generated script evaluates its arguments a second time unless it is told not to.
  if (request.command === "run" && image.facts.runscript === "generated") own.set("SINGULARITY_NO_EVAL", "1");
  const parts: EnvironmentParts = {
    host: filterHost(host.env, { clean: request.cleanEnv, drop: request.noEnv }),
    image: image.facts.config?.Env ?? [],
    own: new Map([...own, ...input.deviceEnv]),
    overrides: input.overrides,
    literal: request.noEval,
    uid: input.ids.uid,
    gid: input.ids.gid,
    app: appOf && appEnvironment(appOf.name, appOf.facts),
  };
  return composePayload(entry, image.facts, parts, image.path);
}
