// Which rights of root a container has: RUN004, RUN005.

import type { LaunchView } from "../../launch-view/types.ts";
import { practice } from "../../practice.ts";
import type { LaunchSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { sharedSystem } from "../mounts/shared-systems.ts";
import { headOf } from "./confinement.ts";
import { withKey, withoutItem } from "./launch-edits.ts";

export const LISTED_CAPABILITIES = practice({
  id: "RUN004",
  title: "Only capabilities of the site's list are added",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "the capability {capability} is not allowed here",
  hint: "remove it; allowed are {allowed}",
  why: "Most capabilities are a way to become root on the host.",
  source: "Spin: Security",
  peers: [],
  controls: ["CIS 5.3"],
  counterparts: ["CAP-02", "CAP-03"],
  cases: {
    shared: { message: "the capability {capability} is not allowed together with a shared file system" },
  },
  fix: "unsafe",
  checks: { launch: unlisted },
  passes: [
    { shows: "of the list", profile: "spin", compose: "cap_drop: [ALL]\ncap_add: [CHOWN]\n" },
    { shows: "with CAP_", profile: "spin", compose: "cap_drop: [ALL]\ncap_add: [CAP_NET_BIND_SERVICE]\n" },
  ],
  fails: [
    { shows: "SYS_ADMIN", profile: "spin", compose: "cap_add: [SYS_ADMIN]\n", expect: { line: 4, says: "SYS_ADMIN" } },
    {
      shows: "ALL",
      run: "docker run --cap-add ALL img:1\n",
      expect: { says: "ALL", fixed: "docker run img:1\n" },
    },
    {
      shows: "with a shared file system",
      profile: "spin",
      compose: "cap_add: [CHOWN]\nvolumes: ['/global/p/u/x:/x:ro']\n",
      expect: { case: "shared" },
    },
  ],
});

function unlisted({ launch, tables }: LaunchSubject): readonly Hit[] {
  const { plain, shared } = tables.capabilities;
  const mounted = launch.mounts.some((mount) => sharedSystem(mount, tables) !== undefined);
  const allowed = mounted ? shared : plain;
  return launch.capAdd
    .filter(({ value }) => !allowed.includes(value))
    .map(({ value, range }) => ({
      case: plain.includes(value) ? "shared" : undefined,
      fields: { capability: value, allowed: allowed.join(", ") },
      range,
      fix: withoutCapability(launch, range),
    }));
}

function withoutCapability(launch: LaunchView, range: LaunchView["range"]): Fix | undefined {
  const edits = withoutItem(launch, range);
  return edits && { title: "remove it", safe: false, edits };
}

export const CAPABILITIES_DROPPED = practice({
  id: "RUN005",
  title: "All capabilities are dropped first",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{name} keeps the engine's standard capabilities",
  hint: "say cap_drop: [ALL], and add the few that are needed",
  why: "What a service never had, nobody can take over.",
  source: "Spin: Security",
  peers: [],
  controls: ["CIS 5.3"],
  counterparts: ["CAP-01"],
  fix: "safe",
  checks: { launch: undropped },
  passes: [
    { shows: "ALL", compose: "cap_drop: [ALL]\n" },
    { shows: "--cap-drop", run: "docker run --cap-drop=all img:1\n" },
    { shows: "no engine", run: "apptainer run x.sif\n" },
  ],
  fails: [
    {
      shows: "none",
      profile: "spin",
      compose: "user: '1:1'\n",
      expect: {
        line: 2,
        fixed: "services:\n  web:\n    cap_drop: [ALL]\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n",
      },
    },
    { shows: "only some", run: "docker run --cap-drop NET_RAW img:1\n" },
  ],
});

function undropped({ launch }: LaunchSubject): Hit | undefined {
  const { engine, name, capDrop, range } = launch;
  if (!engine || name === "exec" || capDrop.some(({ value }) => value === "ALL")) return undefined;
  const edits = capDrop.length > 0 ? undefined : withKey(launch, "cap_drop: [ALL]");
  return { fields: { name }, range: headOf(range), fix: edits && { title: "add cap_drop: [ALL]", safe: true, edits } };
}
