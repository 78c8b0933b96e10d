// The sshd of a container that is set up: what its plan needs to know of the site and the machine is looked up here.

import { hostname } from "node:os";
import { canRun } from "../../platform/access.ts";
import { userNamed } from "../../platform/user.ts";
import { volumeSignature } from "../../site/volume.ts";
import type { BatchLaunch } from "../types.ts";
import { derivedKeys, randomKeys } from "./keys.ts";
import { planSshd, sessionOptions, sshdDir } from "./plan.ts";
import { findSshProgram } from "./program.ts";
import { siteSecret } from "./secret.ts";
import { terminalGroup } from "./terminal-group.ts";
import type { SshdPlan } from "./types.ts";

/** Which set-up. */
export interface SetupPlace {
  readonly nodeDir: string;
  /** Directory of the set-up. */
  readonly dir: string;
  readonly job: string;
  /** `host/n host/n …`, as the batch system says it. */
  readonly hosts: string | undefined;
  /** A further public key that may log in. */
  readonly sshKey: string | undefined;
  /** Absolute path of `shifter`. */
  readonly shifter: string;
}

/** The plan; undefined when the site has no sshd. @throws E_SSHD_PROGRAM, E_SSHD_SECRET, E_SSHD_WORD, E_SSHD_KEY */
export function setupSshd(launch: BatchLaunch, place: SetupPlace): SshdPlan | undefined {
  const { person, config, request, modules } = launch;
  const { sshd } = config;
  if (sshd === undefined) return undefined;
  const { nodeDir, job, shifter } = place;
  // The number 0 means that there is no job: a key that is always the same would be no key of a job.
  const secret = job === "0" ? undefined : siteSecret(sshd.secretFile);
  const owner = { uid: person.uid, job };
  const account = userNamed(person.name);
  return planSshd({
    ...{ person, job, nodeDir, shifter, sshd },
    home: account?.home ?? "/",
    shell: account?.shell ?? "/bin/sh",
    hosts: hostNames(place.hosts),
    dir: sshdDir(place.dir),
    terminals: terminalGroup(),
    program: findSshProgram(sshd.program),
    keys: secret === undefined ? randomKeys(owner) : derivedKeys(secret, owner),
    authorized: place.sshKey === undefined ? [] : [place.sshKey],
    options: sessionOptions({
      image: `${request.image.type}:${request.image.name}`,
      volumes: volumeSignature(request.volumes),
      modules: modules.map(({ name }) => name),
    }),
  });
}

/** The path of `shifter` beside the programs of berth. */
export function shifterBeside(program: string): string {
  const libexec = program.slice(0, program.lastIndexOf("/"));
  const places = [`${libexec}/../../bin/shifter`, `${libexec}/shifter`];
  return places.find(canRun) ?? "/usr/bin/shifter";
}

function hostNames(text: string | undefined): readonly string[] {
  const names = (text ?? "").split(/\s+/).map((word) => word.split("/", 1)[0] ?? "");
  const own = hostname();
  return [...new Set([...names, own, own.split(".", 1)[0] ?? own, "localhost"])].filter((name) => name !== "");
}
