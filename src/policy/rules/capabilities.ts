// Capabilities: CAP-01 to CAP-04.

import { addedCapabilities, dropsAll } from "../capability.ts";
import { APP_FOLDER, bind, port } from "../example-parts.ts";
import { pointerTo } from "../pointer.ts";
import { rule, unknown } from "../rule.ts";

const SOURCE = "Spin: Allowed Kernel Capabilities";
const GPFS = { mounts: [bind(APP_FOLDER)] };

export const CAPABILITIES_DROPPED = rule({
  id: "CAP-01",
  title: "All capabilities are dropped first",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Drop ALL capabilities of {service} and add back what you need",
  hint: "cap_drop: [ALL]",
  why: "Engines leave a container fourteen capabilities, seven of which are not on the site's list. Most services need none.",
  source: SOURCE,
  cases: {
    external: {
      severity: "error",
      message: "{service} mounts {mount}: drop ALL capabilities, and add back NET_BIND_SERVICE at most",
    },
  },
  check: ({ service: { security }, external }) => {
    if (dropsAll(security.capDrop)) return undefined;
    const [first] = external;
    const at = security.capDrop.length > 0 ? "/security/capDrop" : undefined;
    return first ? { case: "external", at, fields: { mount: first.written ?? first.storageClassName } } : { at };
  },
  passes: [
    { shows: "[ALL]", security: { capDrop: ["ALL"] } },
    { shows: "[CAP_ALL] in small letters", security: { capDrop: ["cap_all"] } },
  ],
  fails: [
    { shows: "none", security: { capDrop: [] } },
    { shows: "all but ALL", security: { capDrop: ["NET_RAW", "MKNOD"] } },
    {
      shows: "none, with GPFS",
      security: { capDrop: [] },
      service: GPFS,
      expect: { case: "external", severity: "error" },
    },
  ],
});

export const CAPABILITIES_LISTED = rule({
  id: "CAP-02",
  title: "Only capabilities of the site's list are added",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{cap} is not allowed for {service}",
  hint: "remove it; allowed are {allowed}",
  why: "Each of the others opens a way around the walls between containers.",
  source: SOURCE,
  check: ({ service: { security }, external, policy: { capabilities } }) => {
    if (external.length > 0) return undefined;
    const allowed = [...capabilities].filter(([, { plain }]) => plain).map(([name]) => name);
    return addedCapabilities(security.capAdd).flatMap((cap, index) =>
      allowed.includes(cap)
        ? []
        : [{ at: pointerTo("/security/capAdd", index), fields: { cap, allowed: allowed.join(", ") } }],
    );
  },
  passes: [
    { shows: "[CHOWN, SETUID]", security: { capAdd: ["CHOWN", "SETUID"] } },
    { shows: "[CAP_CHOWN], [cap_kill]", security: { capAdd: ["CAP_CHOWN", "cap_kill"] } },
  ],
  fails: [
    {
      shows: "[SYS_ADMIN]",
      security: { capAdd: ["CHOWN", "SYS_ADMIN"] },
      expect: { pointer: "/services/web/security/capAdd/1", says: "SYS_ADMIN is not allowed" },
    },
    ...["ALL", "all", "CAP_ALL", "cap_sys_admin", " NET_RAW ", "CAP_CAP_CHOWN", "BPF", "SOMETHING_NEW", ""].map(
      (cap) => ({ shows: `[${cap}]`, security: { capAdd: [cap] } }),
    ),
  ],
});

export const CAPABILITIES_EXTERNAL = rule({
  id: "CAP-03",
  title: "With a shared file system only NET_BIND_SERVICE is added",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{cap} is not allowed with {mount}",
  hint: "remove it, or the mount; with a shared file system only {allowed}",
  why: "With these capabilities a service could act as anybody on the shared file system.",
  source: SOURCE,
  check: ({ service: { security }, external, policy: { capabilities } }) => {
    const [first] = external;
    if (!first) return undefined;
    const allowed = [...capabilities].filter(([, one]) => one.external).map(([name]) => name);
    const mount = first.written ?? first.storageClassName;
    return addedCapabilities(security.capAdd).flatMap((cap, index) =>
      allowed.includes(cap)
        ? []
        : [{ at: pointerTo("/security/capAdd", index), fields: { cap, mount, allowed: allowed.join(", ") || "none" } }],
    );
  },
  passes: [{ shows: "[NET_BIND_SERVICE]", security: { capAdd: ["NET_BIND_SERVICE"] }, service: GPFS }],
  fails: [
    {
      shows: "[SETUID] + GPFS",
      security: { capAdd: ["SETUID"] },
      service: GPFS,
      expect: { says: "SETUID is not allowed with /global/project" },
    },
    { shows: "[ALL] + GPFS", security: { capAdd: ["ALL"] }, service: GPFS },
    { shows: "[CAP_DAC_OVERRIDE] + GPFS", security: { capAdd: ["CAP_DAC_OVERRIDE"] }, service: GPFS },
    {
      shows: "[SETUID] + GPFS in a volume's options",
      security: { capAdd: ["SETUID"] },
      service: { mounts: [{ kind: "volume", volume: "v", target: "/x", readOnly: true, noCopy: false }] },
      stack: { volumes: [{ name: "v", options: { o: "bind", device: APP_FOLDER }, labels: {} }] },
    },
  ],
});

export const CAPABILITY_NEEDLESS = rule({
  id: "CAP-04",
  title: "NET_BIND_SERVICE only for low ports",
  on: "service",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} listens above 1024; drop NET_BIND_SERVICE",
  hint: "remove it from cap_add",
  why: "A capability that nothing needs is a capability that only an intruder uses.",
  source: SOURCE,
  check: ({ service, image }) => {
    const index = addedCapabilities(service.security.capAdd).indexOf("NET_BIND_SERVICE");
    if (index < 0) return undefined;
    const at = pointerTo("/security/capAdd", index);
    const own = [
      ...service.ports.map(({ container }) => container),
      ...service.expose,
      ...service.routes.map((route) => route.port),
    ];
    const exposed = image?.exposed?.map((text) => Number.parseInt(text, 10));
    const all = [...own, ...(exposed ?? [])];
    if (all.some((one) => one < 1024)) return undefined;
    if (all.length === 0)
      return exposed === undefined ? unknown("the ports of the image were not looked up", at) : undefined;
    return { at };
  },
  passes: [
    { shows: "cap + 80", security: { capAdd: ["NET_BIND_SERVICE"] }, service: { ports: [port(8080, 80)], routes: [] } },
    { shows: "no cap", security: { capAdd: [] } },
    { shows: "the image listens on 443", security: { capAdd: ["NET_BIND_SERVICE"] }, image: { exposed: ["443/tcp"] } },
  ],
  fails: [
    {
      shows: "cap + 8080",
      security: { capAdd: ["CAP_NET_BIND_SERVICE"] },
      service: { ports: [port(60000, 8080)], routes: [] },
    },
    {
      shows: "no ports known",
      security: { capAdd: ["NET_BIND_SERVICE"] },
      service: { ports: [], routes: [], expose: [] },
      image: {},
      expect: { certainty: "unknown" },
    },
  ],
});
