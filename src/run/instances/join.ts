// A program in an instance that runs: from its record and the caller's request to a plan for berth-join. The environment is made
// as for a launch of the same image; what is mounted, and who one is, are the instance's.

import { heldDescriptors } from "../../platform/handover.ts";
import type { Environment, User } from "../../platform/user.ts";
import { callerLimits } from "../caller-limits.ts";
import { hostFacts } from "../host.ts";
import type { JoinPlan } from "../launch-plan.ts";
import { hierarchyOf, mayEnter } from "../limits/control-group.ts";
import { dockerDirectory } from "../mounts.ts";
import { type Note, warning } from "../notes.ts";
import { planPayload } from "../payload-plan.ts";
import { readOverrides } from "../read-overrides.ts";
import type { LaunchRequest } from "../request.ts";
import type { InstanceRecord } from "./record.ts";

/** Who wants what in which instance. */
export interface JoinRequest {
  readonly record: InstanceRecord;
  readonly request: LaunchRequest;
  readonly env: Environment;
  readonly user: User;
  readonly envFlags: readonly string[];
  readonly envFiles: readonly string[];
}

/** The plan of a program that joins, and what should be said. @throws the failures of payloads and overrides */
export async function planJoin(wish: JoinRequest): Promise<{ plan: JoinPlan; notes: readonly Note[] }> {
  const { record } = wish;
  const { join } = record;
  const host = hostFacts(wish.user, wish.env);
  const request: LaunchRequest = { ...wish.request, binds: join.binds, docker: join.docker, instance: record.name };
  const chdir = startDirectories(request, host, join);
  const { overrides, notes } = await readOverrides(wish);
  const payload = planPayload({
    ...{ request, host, overrides },
    ...{ image: join.image, ids: join.ids, place: { home: join.home, chdir }, deviceEnv: join.deviceEnv },
  });
  const group = groupToEnter(record);
  const plan: JoinPlan = {
    join: { pid: record.pid, start: record.start },
    controlGroup: group.path,
    chdir,
    umask: join.fixedUmask || join.docker || request.fixedUmask ? 0o022 : host.umask,
    limits: callerLimits(),
    ...join.identity,
    keepFds: heldDescriptors(wish.env),
    env: payload.env,
    exec: payload.argv[0] ?? "",
    argv: payload.argv,
  };
  return { plan, notes: [...notes, ...payload.notes, ...group.notes] };
}

// From a session of another kind the kernel lets nobody into the instance's group.
function groupToEnter({ name, controlGroup }: InstanceRecord): { path: string | undefined; notes: readonly Note[] } {
  if (controlGroup === undefined) return { path: undefined, notes: [] };
  const hierarchy = hierarchyOf("self");
  if (hierarchy && mayEnter(hierarchy, controlGroup)) return { path: controlGroup, notes: [] };
  const text = `this session may not enter the control group of ${name}: its limits do not hold for this program`;
  return { path: undefined, notes: [warning(text)] };
}

// Nothing can be mounted any more: the caller's directory counts when the instance shows one of that name.
function startDirectories(
  { cwd }: LaunchRequest,
  host: { readonly cwd: string; readonly logicalCwd: string | undefined },
  { docker, contain, home, image }: InstanceRecord["join"],
): readonly string[] {
  if (cwd !== undefined) return [cwd];
  if (docker) return [dockerDirectory(image.facts.config)];
  if (contain) return [home, "/"];
  return [...new Set([...(host.logicalCwd === undefined ? [] : [host.logicalCwd]), host.cwd, home, "/"])];
}
