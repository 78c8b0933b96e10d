// $HOME in the container (spec/apptainer.md 1.3). Home itself is bound, never its parent. Pure.

import { join } from "node:path";
import type { HostFacts } from "./host.ts";
import type { Identity } from "./identity.ts";
import type { MountRecord } from "./launch-plan.ts";
import { type Note, warning } from "./notes.ts";
import type { Preparation } from "./preparation.ts";
import type { LaunchRequest } from "./request.ts";

export interface HomePlan {
  /** Value of HOME. */
  readonly target: string;
  readonly records: readonly MountRecord[];
  readonly prepare: readonly Preparation[];
  readonly notes: readonly Note[];
}

/** Decides where home comes from. */
export function planHome(request: LaunchRequest, host: HostFacts, identity: Identity): HomePlan {
  const target = request.home?.target ?? identity.person.home;
  const nothing = { target, records: [], prepare: [], notes: [] };
  if (request.docker || request.noHome || request.noMount.includes("home")) return nothing;
  if (target === "/") return { ...nothing, notes: [warning("Not mounting HOME directory: the home directory is /")] };
  const bind = (source: string): MountRecord => ({ op: "bind", source, target, flags: ["rw"] });
  if (request.home) return { ...nothing, records: [bind(request.home.source)] };
  if (request.contain && request.workdir !== undefined) {
    const source = join(request.workdir, "home");
    return { ...nothing, records: [bind(source)], prepare: [{ path: source, mode: 0o700 }] };
  }
  const empty: MountRecord = { op: "tmpfs", target, size: request.tmpfsSize, mode: 0o700 };
  if (request.contain || host.kind(host.user.home) !== "dir") return { ...nothing, records: [empty] };
  return { ...nothing, records: [bind(host.user.home)] };
}
