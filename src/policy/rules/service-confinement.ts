// What keeps a container confined is not turned off: SVC-09.

import { pointerTo } from "../pointer.ts";
import { rule } from "../rule.ts";

export const SERVICE_CONFINEMENT = rule({
  id: "SVC-09",
  title: "Protection is not turned off",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{option} is not allowed for {service}: {why}",
  hint: "remove it; only no-new-privileges:true and the engine's own profiles may be set",
  why: "The filters of system calls and the access rules of the kernel are the second wall behind namespaces.",
  source: "Spin: Security Recommendations",
  check: ({ service: { security, limits } }) => [
    ...security.securityOpt.flatMap((option, index) => {
      const at = pointerTo("/security/securityOpt", index);
      return isHarmless(option) ? [] : [{ at, fields: { option, why: "it changes or removes a protection" } }];
    }),
    ...Object.keys(limits.sysctls).flatMap((name) => {
      const at = pointerTo("/limits/sysctls", name);
      return OWN_SYSCTL.test(name) ? [] : [{ at, fields: { option: `sysctl ${name}`, why: "it is the machine's" } }];
    }),
    ...(limits.oomScoreAdj !== undefined && limits.oomScoreAdj < 0
      ? [{ at: "/limits/oomScoreAdj", fields: { option: "oom_score_adj", why: "others would be killed in its place" } }]
      : []),
  ],
  passes: [
    { shows: "none" },
    ...[
      "no-new-privileges:true",
      "no-new-privileges=true",
      "no-new-privileges",
      "seccomp=builtin",
      "apparmor:docker-default",
    ].map((option) => ({ shows: option, security: { securityOpt: [option] } })),
    { shows: "a sysctl of its own network", limits: { sysctls: { "net.core.somaxconn": "1024" } } },
  ],
  fails: [
    ...[
      "seccomp:unconfined",
      "seccomp=unconfined",
      " SECCOMP = Unconfined",
      "seccomp=/tmp/my.json",
      "apparmor=unconfined",
      "apparmor:unconfined",
      "label=disable",
      "label:type:spc_t",
      "no-new-privileges=false",
      "no-new-privileges:0",
      "systempaths=unconfined",
      "unmask=ALL",
      "something-new",
    ].map((option) => ({
      shows: option,
      security: { securityOpt: [option] },
      expect: { pointer: "/services/web/security/securityOpt/0" },
    })),
    { shows: "kernel.core_pattern", limits: { sysctls: { "kernel.core_pattern": "|/x" } } },
    { shows: "oom_score_adj: -1000", limits: { oomScoreAdj: -1000 } },
  ],
});

// Kept per container by the kernel; everything else would change the machine.
const OWN_SYSCTL = /^(net\.[a-z0-9_./-]+|fs\.mqueue\.[a-z_]+|kernel\.(shm[a-z_]*|msg[a-z_]*|sem))$/;

function isHarmless(option: string): boolean {
  const [, key = "", value = ""] = /^\s*([^=:]*?)\s*(?:[=:]\s*(.*?))?\s*$/s.exec(option.toLowerCase()) ?? [];
  if (key === "no-new-privileges") return ["", "true", "1"].includes(value);
  if (key === "seccomp") return ["builtin", "default", "runtime/default"].includes(value);
  return key === "apparmor" && ["docker-default", "runtime/default", "containers-default"].includes(value);
}
