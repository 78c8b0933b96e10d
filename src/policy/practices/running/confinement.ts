// How far a container is kept from its host: RUN001, RUN002, RUN006, RUN007, RUN008.

import type { LaunchView } from "../../launch-view/types.ts";
import { practice } from "../../practice.ts";
import type { LaunchSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { withKey, withoutItem, withoutKey, withoutSwitch } from "./launch-edits.ts";

export const NOT_PRIVILEGED = practice({
  id: "RUN001",
  title: "No container is privileged",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{name} is privileged: it can do to the host what root can",
  hint: "remove it; ask for the one capability or device that is needed",
  why: "A privileged container has every capability, every device and no profile: it is root on the host.",
  source: "N3.2",
  peers: [],
  controls: ["CIS 5.4", "NIST 800-190 4.4.3"],
  counterparts: ["SVC-08"],
  fix: "safe",
  checks: { launch: privileged },
  passes: [
    { shows: "not", compose: "user: '1000:1000'\n" },
    { shows: "said to be off", run: "docker run --privileged=false img:1\n" },
    { shows: "the word in a command", run: "docker run img:1 x --privileged\n" },
  ],
  fails: [
    {
      shows: "compose's yes",
      compose: "privileged: yes\nuser: '1:1'\n",
      expect: { line: 4, fixed: "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n" },
    },
    { shows: "--privileged", run: "docker run --privileged img:1\n", expect: { line: 1, fixed: "docker run img:1\n" } },
    { shows: "podman exec", run: "podman exec --privileged box sh\n" },
  ],
});

function privileged({ launch }: LaunchSubject): Hit | undefined {
  const { privileged: asked, name } = launch;
  if (asked?.value !== true) return undefined;
  const edits =
    launch.tool === "compose" ? withoutKey(launch, asked.range, "privileged") : withoutSwitch(launch, asked.range);
  const fix: Fix | undefined = edits && { title: "remove it", safe: true, edits };
  return { fields: { name }, range: asked.range, fix };
}

export const NAMED_USER = practice({
  id: "RUN002",
  title: "A container of an engine does not run as root",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{name} says no user: it runs as the image's, which is often root",
  hint: 'say user: "UID:GID", or --user UID:GID',
  why: "Root in a container of a root engine is root on every mount, and one mistake from root on the host.",
  source: "N3.2",
  peers: [],
  controls: ["CIS 4.1"],
  counterparts: ["SVC-03"],
  cases: { root: { message: "{name} runs as root" } },
  checks: { launch: asRoot },
  passes: [
    { shows: "numbers", compose: "user: '1000:1000'\n" },
    { shows: "--user", run: "docker run -u 1000:1000 img:1\n" },
    { shows: "podman, which runs as the caller", run: "podman run img:1\n" },
    { shows: "exec keeps the container's", run: "docker exec box ls\n" },
  ],
  fails: [
    { shows: "no user", compose: "tty: false\n", expect: { line: 2 } },
    { shows: "docker run", run: "docker run img:1\n", expect: { line: 1 } },
    { shows: "root", compose: "user: root\n", expect: { case: "root", line: 4 } },
    { shows: "zero", run: "docker exec -u 0 box sh\n", expect: { case: "root" } },
  ],
});

function asRoot({ launch: { tool, user, name, range } }: LaunchSubject): Hit | undefined {
  if (tool !== "compose" && tool !== "docker") return undefined;
  if (user && /^(root|0+)(:|$)/.test(user.value)) return { case: "root", fields: { name }, range: user.range };
  return user || name === "exec" ? undefined : { fields: { name }, range: headOf(range) };
}

/** What a launch that lacks something is shown by: its first word. */
export function headOf({ start, end }: LaunchView["range"]): LaunchView["range"] {
  return { start, end: Math.min(end, start + 1) };
}

export const NO_NEW_PRIVILEGES = practice({
  id: "RUN006",
  title: "Processes gain no rights that they did not start with",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "programs in {name} can gain rights by setuid files",
  hint: 'say security_opt: ["no-new-privileges:true"], or --security-opt no-new-privileges',
  why: "A setuid program of the image is then only a program.",
  source: "N3.2",
  peers: [],
  controls: ["CIS 5.25"],
  fix: "safe",
  checks: { launch: gains },
  passes: [
    { shows: "set", compose: 'security_opt: ["no-new-privileges:true"]\n' },
    { shows: "the short form", run: "docker run --security-opt=no-new-privileges img:1\n" },
    { shows: "apptainer sets it always", run: "apptainer run x.sif\n" },
  ],
  fails: [
    {
      shows: "a service",
      compose: "user: '1:1'\n",
      expect: {
        fixed:
          "services:\n  web:\n    security_opt: [\"no-new-privileges:true\"]\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n",
      },
    },
    { shows: "turned off", run: "podman run --security-opt no-new-privileges:false img:1\n" },
  ],
});

function gains({ launch }: LaunchSubject): Hit | undefined {
  const { engine, name, securityOptions, range } = launch;
  if (!engine || name === "exec") return undefined;
  const set = securityOptions.find(({ value }) => value.startsWith("no-new-privileges"));
  if (set) return /[:=]false$/.test(set.value) ? { fields: { name }, range: set.range } : undefined;
  const edits = securityOptions.length > 0 ? undefined : withKey(launch, 'security_opt: ["no-new-privileges:true"]');
  return { fields: { name }, range: headOf(range), fix: edits && { title: "add it", safe: true, edits } };
}

export const OWN_NAMESPACES = practice({
  id: "RUN007",
  title: "A container has namespaces of its own",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{name} shares the host's {kind} namespace",
  hint: "remove it; publish the ports that are needed",
  why: "In the host's namespaces a container sees, and can reach, what is not its own.",
  source: "N3.2",
  peers: [],
  controls: ["CIS 5.9", "CIS 5.15", "CIS 5.16", "CIS 5.20"],
  counterparts: ["SVC-08"],
  checks: {
    launch: ({ launch: { namespaces, name } }) =>
      namespaces.filter(({ value }) => value === "host").map(({ kind, range }) => ({ fields: { name, kind }, range })),
  },
  passes: [
    { shows: "its own network", run: "docker run --network mine img:1\n" },
    { shows: "another service's", compose: "network_mode: service:db\n" },
    { shows: "podman's numbers of the caller", run: "podman run --userns=keep-id img:1\n" },
  ],
  fails: [
    { shows: "the network", compose: "network_mode: host\n", expect: { line: 4, says: "network" } },
    { shows: "processes", run: "docker run --pid=host img:1\n", expect: { says: "pid" } },
    { shows: "several", run: "podman run --ipc host --uts=host img:1\n" },
  ],
});

const OFF = /^(seccomp[:=]unconfined|apparmor[:=]unconfined|label[:=]disable|systempaths[:=]unconfined|unmask=all)$/i;

export const CONFINED = practice({
  id: "RUN008",
  title: "Protection is not turned off",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{option} turns the engine's protection off",
  hint: "remove it; give a profile of your own where the standard one is too strict",
  why: "These profiles keep programs from system calls and files that no service needs.",
  source: "N3.2",
  peers: [],
  controls: ["CIS 5.1", "CIS 5.21"],
  counterparts: ["SVC-09"],
  fix: "safe",
  checks: {
    launch: ({ launch }) =>
      launch.securityOptions
        .filter(({ value }) => OFF.test(value))
        .map(({ value, range }) => ({ fields: { option: value }, range, fix: withoutOption(launch, range) })),
  },
  passes: [{ shows: "a profile", run: "docker run --security-opt seccomp=profile.json img:1\n" }],
  fails: [
    {
      shows: "seccomp",
      compose: "security_opt: ['seccomp:unconfined']\nuser: '1:1'\n",
      expect: {
        line: 4,
        fixed: "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n",
      },
    },
    {
      shows: "one of several",
      compose: "security_opt: ['no-new-privileges:true', 'apparmor:unconfined']\n",
      expect: {
        fixed:
          "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    security_opt: ['no-new-privileges:true']\n",
      },
    },
    {
      shows: "one to a line",
      compose: "security_opt:\n  - seccomp:unconfined\n  - no-new-privileges:true\n",
      expect: {
        fixed:
          "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    security_opt:\n      - no-new-privileges:true\n",
      },
    },
    {
      shows: "the only one of a list",
      compose: "security_opt:\n  - label:disable\nuser: '1:1'\n",
      expect: { fixed: "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    user: '1:1'\n" },
    },
    {
      shows: "labels",
      run: "podman run --security-opt label=disable img:1\n",
      expect: { fixed: "podman run img:1\n" },
    },
  ],
});

function withoutOption(launch: LaunchView, range: LaunchView["range"]): Fix | undefined {
  const edits = withoutItem(launch, range);
  return edits && { title: "remove it", safe: true, edits };
}
