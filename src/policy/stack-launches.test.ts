// Practices that no rule of stacks covers are asked of a stack's services.

import { expect, test } from "vitest";
import { EXAMPLE_STACK } from "./example-stack.ts";
import { SPIN } from "./profiles/spin.ts";
import { judgeStackLaunches } from "./stack-launches.ts";

function found(changes: object): readonly string[] {
  const services = EXAMPLE_STACK.services.map((service) => ({ ...service, ...changes }));
  const findings = judgeStackLaunches({ ...EXAMPLE_STACK, services }, SPIN, { now: 1_795_305_600 });
  return findings.map(({ rule, severity, pointer }) => `${rule} ${severity} ${pointer}`);
}

test("a service that can write into its root and gain rights is told so, and may run", () => {
  const findings = found({});
  expect(findings).toContain("RUN003 info /services/web");
  expect(findings).toContain("RUN006 info /services/web");
  expect(findings.filter((finding) => finding.includes("error"))).toEqual([]);
});

test("a service that installs packages when it starts is refused", () => {
  expect(found({ command: ["sh", "-c", "apt-get update && app"] })).toContain("PKG018 error /services/web");
});

test("a service with the engine's socket is refused", () => {
  const mount = { kind: "bind", source: "/run/docker.sock", target: "/x", readOnly: true, create: false };
  expect(found({ mounts: [mount] })).toContain("MNT003 error /services/web");
});

test("nothing is told that a rule of stacks tells", () => {
  const rules = found({ user: undefined, security: { ...EXAMPLE_STACK.services[0]?.security, privileged: true } });
  expect(rules.filter((finding) => /^(RUN001|RUN002)/.test(finding))).toEqual([]);
});
