import { expect, test } from "vitest";
import { type RemindedImage, remindersFor } from "./reminders.ts";

const DAY = 86_400;
const NOW = 1000 * DAY;
const image = (name: string, days: number, more: Partial<RemindedImage> = {}): RemindedImage => ({
  ...{ system: "cluster", name, digest: name, owner: "alice", builtAt: NOW - days * DAY, verdict: undefined },
  ...more,
});
const flaw = { rule: "VUL001", severity: "error", message: "openssl: 1 critical", certainty: "certain" } as const;

test("people are reminded of what is old, and of flaws that are fixed by now", () => {
  const verdict = { result: "refused", findings: [{ ...flaw, hint: undefined, waived: undefined }] } as const;
  const waived = { by: "wilma", reason: "not reachable", until: null };
  const images = [
    image("young", 2),
    image("old", 9),
    image("older", 30),
    image("flawed", 1, { owner: "bob", verdict }),
    image("let", 1, { verdict: { result: "accepted", findings: [{ ...flaw, hint: undefined, waived }] } }),
    image("nobody's", 8, { owner: undefined }),
  ];
  expect(remindersFor(images, NOW, 7 * DAY)).toEqual([
    {
      owner: "alice",
      images: [
        { system: "cluster", name: "older", digest: "older", days: 30, reasons: ["built 30 days ago"] },
        { system: "cluster", name: "old", digest: "old", days: 9, reasons: ["built 9 days ago"] },
      ],
    },
    {
      owner: "bob",
      images: [{ system: "cluster", name: "flawed", digest: "flawed", days: 1, reasons: ["openssl: 1 critical"] }],
    },
    { owner: undefined, images: [expect.objectContaining({ name: "nobody's" })] },
  ]);
});
