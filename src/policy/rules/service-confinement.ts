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
    ...Object.entries(limits.ulimits).flatMap(([name, { soft, hard }]) => {
      if (!RANKS.test(name) || (soft === 0 && hard === 0)) return [];
      const why = "it could take the processors from all others";
      return [{ at: pointerTo("/limits/ulimits", name), fields: { option: `ulimit ${name}`, why } }];
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
    { shows: "more open files", limits: { ulimits: { nofile: { soft: 65_536, hard: 65_536 } } } },
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
    { shows: "net.../../kernel/core_pattern", limits: { sysctls: { "net.../../kernel/core_pattern": "|/x" } } },
    { shows: "ulimits: {rtprio: 99}", limits: { ulimits: { rtprio: { soft: 99, hard: 99 } } } },
    { shows: "ulimits: {nice: -1}", limits: { ulimits: { nice: { soft: -1, hard: -1 } } } },
    { shows: "oom_score_adj: -1000", limits: { oomScoreAdj: -1000 } },
  ],
});

// Kept per container by the kernel; everything else would change the machine.
const OWN_SYSCTL = /^(net(\.[A-Za-z0-9_-]+)+|fs\.mqueue\.[a-z_]+|kernel\.(shm[a-z_]*|msg[a-z_]*|sem))$/;
// With these, an ordinary user's process may go before all others of the machine.
const RANKS = /^(rlimit_)?(rtprio|rttime|nice)$/i;

function isHarmless(option: string): boolean {
  const plain = option.toLowerCase();
  const at = plain.search(/[=:]/);
  const [key, value] = at < 0 ? [plain, ""] : [plain.slice(0, at), plain.slice(at + 1)];
  return HARMLESS.get(key.trim())?.includes(value.trim()) === true;
}

const HARMLESS: ReadonlyMap<string, readonly string[]> = new Map([
  ["no-new-privileges", ["", "true", "1"]],
  ["seccomp", ["builtin", "default", "runtime/default"]],
  ["apparmor", ["docker-default", "runtime/default", "containers-default"]],
]);
