// Who grants the limits: a control group made here where the user may make one, else systemd, which makes one for people (a scope).

import { defineErrors } from "../../base/errors.ts";
import { serviceManager } from "../../platform/service-manager.ts";
import type { Environment, User } from "../../platform/user.ts";
import { LAUNCHER_ENVIRONMENT } from "../launch.ts";
import { systemProgram } from "../programs.ts";
import { findPlace, type Hierarchy, hierarchyOf, makeGroup, missingControllers } from "./control-group.ts";
import { controllersOf, groupFiles, unitProperties } from "./translate.ts";
import type { LimitWishes } from "./wishes.ts";

const fail = defineErrors({
  E_LIMITS_NO_V2: {
    text: "this machine has no control groups of version 2, without which berth cannot limit resources",
    hint: "boot with systemd.unified_cgroup_hierarchy=1, or let the batch system set the limits (see berth doctor)",
  },
  E_LIMITS_CONTROLLER: {
    text: "limits need the controllers {missing} of cgroup v2, which this machine does not have there",
    hint: "boot with systemd.unified_cgroup_hierarchy=1, or let the batch system set the limits (see berth doctor)",
  },
  E_LIMITS_NOT_DELEGATED: {
    text: "resources cannot be limited: no control group with {controllers} is delegated to you",
    hint: "log in through systemd (a user session has one), or ask the administrator for Delegate=yes (see berth doctor)",
  },
});

/** How a launch is confined: by the plan, or by a program that starts the launcher. */
export interface Confinement {
  /** For the plan. */
  readonly controlGroup?: string;
  /** Stands before the launcher. */
  readonly before: readonly string[];
  /** Variables of the launcher. */
  readonly env: Readonly<Record<string, string>>;
}

/** Gets the limits granted. @throws E_LIMITS_…, E_LIMIT_… */
export function confine(wishes: LimitWishes, env: Environment, user: User): Confinement {
  const hierarchy = hierarchyOf("self");
  if (!hierarchy) throw fail("E_LIMITS_NO_V2");
  const files = groupFiles(wishes);
  const missing = missingControllers(hierarchy, files.keys());
  if (missing.length > 0) throw fail("E_LIMITS_CONTROLLER", { missing: missing.join(", ") });
  return inGroup(hierarchy, files) ?? inScope(wishes, env, user) ?? refused(files);
}

function inGroup(hierarchy: Hierarchy, files: ReadonlyMap<string, string>): Confinement | undefined {
  const place = findPlace(hierarchy, controllersOf(files.keys()));
  return place === undefined
    ? undefined
    : { controlGroup: makeGroup(place, files), before: [], env: LAUNCHER_ENVIRONMENT };
}

// systemd-run becomes the launcher once it is in the scope, and the scope ends with its last process.
function inScope(wishes: LimitWishes, env: Environment, user: User): Confinement | undefined {
  const program = systemProgram("systemd-run", env);
  const properties = unitProperties(wishes);
  const bus = serviceManager(env, user);
  if (program === undefined || properties === undefined || bus === undefined) return undefined;
  const words = [program, ...(user.uid === 0 ? [] : ["--user"]), "--scope", "--quiet", "--collect"];
  const before = [...words, ...properties.map((property) => `--property=${property}`), "--property=Delegate=yes", "--"];
  return { before, env: { ...LAUNCHER_ENVIRONMENT, ...bus } };
}

function refused(files: ReadonlyMap<string, string>): never {
  throw fail("E_LIMITS_NOT_DELEGATED", { controllers: controllersOf(files.keys()).join(", ") });
}
