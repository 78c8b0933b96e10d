// Verdicts on the images of the harbour: one that keeps its image in quarantine, one that staff let pass.

import type { ToldVerdict } from "../../src/gateway/api/v2/parts.ts";

export const STRANGE = `sha256:${"b".repeat(64)}`;
export const RELEASED = `sha256:${"c".repeat(64)}`;

/** By digest, as they are at the moment. */
export function sampleVerdicts(now: number): ReadonlyMap<string, ToldVerdict> {
  const waived = { by: "security", reason: "the simulator needs it until its next release", until: now + 30 * 86_400 };
  const counts = { error: 2, warning: 1, info: 9, style: 0, unknown: 1, waived: 1 };
  const judged = { judgedAt: now - 3600, profile: "nccs", builtAt: now - 200 * 86_400 };
  return new Map<string, ToldVerdict>([
    [
      STRANGE,
      {
        ...{ ...judged, result: "refused", databaseDate: "2026-11-20T06:00:00Z", counts },
        findings: [
          {
            ...{ rule: "SEC001", severity: "error", certainty: "certain", waived: undefined },
            message: "the file /root/.aws/credentials holds an access key",
            hint: "remove the file in the step that makes it, rotate the key, and build again",
          },
          {
            ...{ rule: "VUL001", severity: "error", certainty: "certain", waived: undefined },
            message: "openssl 3.0.11-1 has CVE-2024-0727, whose fix is there in 3.0.13-1~deb12u1",
            hint: "build again on today's base image",
          },
          {
            ...{ rule: "PKG003", severity: "warning", certainty: "likely", waived: undefined },
            message: "the package lists of apt are left in the image (41 MiB)",
            hint: "end the RUN with: rm -rf /var/lib/apt/lists/*",
          },
          {
            ...{ rule: "SIG001", severity: "error", certainty: "unknown", hint: undefined, waived: undefined },
            message: "nobody has looked for signatures",
          },
          {
            ...{ rule: "USR002", severity: "error", certainty: "certain", hint: undefined, waived },
            message: "the file /opt/sim/bin/launch is setuid",
          },
        ],
      },
    ],
    [
      RELEASED,
      {
        ...{ ...judged, result: "refused", counts: { ...counts, error: 1, info: 0, unknown: 0, waived: 0 } },
        databaseDate: undefined,
        findings: [],
        release: { by: "swadmin", reason: "needed for the review on Friday", at: now - 600 },
      },
    ],
  ]);
}
