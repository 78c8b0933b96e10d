// Verdicts on whole recipes: where findings stand in the text, how a site's word changes them, and that nothing that people or
// images send makes judging fail or last.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeFrame } from "../base/source.ts";
import { readStack } from "../recipe/compose/index.ts";
import type { ServiceSpec, StackSpec } from "../recipe/stack/types.ts";
import type { Waiver } from "./config.ts";
import { APP_FOLDER, bind } from "./example-parts.ts";
import { EXAMPLE_FACTS, EXAMPLE_SERVICE, EXAMPLE_STACK, realizeExample } from "./example-stack.ts";
import type { StackFacts } from "./facts.ts";
import { blocks, judgeImageName, judgeSecret, judgeStack } from "./judgements.ts";
import { GENERIC } from "./profiles/generic.ts";
import { SPIN } from "./profiles/spin.ts";

const RECIPE = `name: rover
x-berth:
  tags: { owner: fred, staff-owner: wilma }
services:
  web:
    image: nginx:latest
    cap_add: [CHOWN, SYS_ADMIN]
    privileged: yes
    environment:
      DB_PASSWORD: hunter2
    ports: ["12345:80"]
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
  mysql:
    image: quay.io/x/mysql:8
`;

function read(text: string) {
  const { spec, places, notes } = readStack([{ name: "compose.yml", text }], { read: () => undefined });
  if (!spec) throw new Error(notes.map(({ message }) => message).join("\n"));
  return { spec, places };
}

describe("a recipe as people write it", () => {
  const { spec, places } = read(RECIPE);
  const findings = judgeStack(spec, EXAMPLE_FACTS, SPIN, places);
  const line = (rule: string) => {
    const place = findings.find((finding) => finding.rule === rule)?.place;
    return place && /^> *\d+ \| *(.*)$/m.exec(codeFrame(place))?.[1];
  };

  test("has its findings where they stand in the text", () => {
    expect(line("CAP-02")).toBe("cap_add: [CHOWN, SYS_ADMIN]");
    expect(line("SEC-07")).toBe("DB_PASSWORD: hunter2");
    expect(line("PRT-02")).toBe('ports: ["12345:80"]');
    expect(line("VOL-01")).toBe("- /var/run/docker.sock:/var/run/docker.sock");
    expect(line("IMG-01")).toBe("image: quay.io/x/mysql:8");
    expect(line("SVC-01")).toContain("mysql:");
  });

  test("has the heaviest findings first, and all that block", () => {
    const errors = findings.filter(blocks);
    expect(findings.slice(0, errors.length)).toEqual(errors);
    const found = new Set(errors.map(({ rule }) => rule));
    for (const rule of ["SVC-01", "SVC-08", "CAP-02", "PRT-02", "VOL-01", "IMG-01"]) expect(found).toContain(rule);
  });

  test("has no secret in what is said of it", () => {
    expect(JSON.stringify(findings.map(({ place: _, ...finding }) => finding))).not.toContain("hunter2");
  });

  test("is judged more mildly by generic, but not where it reaches out", () => {
    const errors = new Set(
      judgeStack(spec, EXAMPLE_FACTS, GENERIC)
        .filter(blocks)
        .map(({ rule }) => rule),
    );
    for (const rule of ["SVC-08", "CAP-02", "VOL-01"]) expect(errors).toContain(rule);
    for (const rule of ["SVC-01", "IMG-01", "PRT-02", "STK-02"]) expect(errors).not.toContain(rule);
  });
});

describe("a site's word", () => {
  const bad = realizeExample({ shows: "", service: { user: "root" } });
  const of = (policy: typeof SPIN, facts: StackFacts = bad.facts) =>
    judgeStack(bad.spec, facts, policy).filter(({ rule }) => rule === "SVC-03");
  const waiver: Waiver = { rule: "SVC-*", stack: "rov*", service: "*", by: "wilma", reason: "old", until: null };
  const now = EXAMPLE_FACTS.now ?? 0;

  test("makes a rule heavier, lighter, or turns it off", () => {
    expect(of(SPIN)[0]?.severity).toBe("warning");
    expect(of({ ...SPIN, severities: new Map([["SVC-03", "error"]]) })[0]?.severity).toBe("error");
    expect(of({ ...SPIN, severities: new Map([["SVC-03", "off"]]) })).toEqual([]);
  });

  test("may weigh a case by itself", () => {
    const policy = { ...SPIN, severities: new Map([["SVC-03:external", "info"]] as const) };
    expect(of(policy)[0]?.severity).toBe("warning");
  });

  test("waives a finding, which stays in sight and blocks nothing", () => {
    const severities = new Map([["SVC-03", "error"]] as const);
    const [finding] = of({ ...SPIN, severities, waivers: [waiver] });
    expect(finding?.waived).toEqual({ by: "wilma", reason: "old", until: null });
    expect(finding && blocks(finding)).toBe(false);
  });

  test.each<[string, Partial<Waiver>]>([
    ["of another rule", { rule: "VOL-*" }],
    ["of another stack", { stack: "mars" }],
    ["of another service", { service: "db" }],
    ["that ended", { until: now - 1 }],
  ])("does not waive by a waiver %s", (_, change) => {
    const [finding] = of({ ...SPIN, waivers: [{ ...waiver, ...change }] });
    expect(finding?.waived).toBeUndefined();
  });

  test("says that a waiver ended", () => {
    expect(of({ ...SPIN, waivers: [{ ...waiver, until: now }] })[0]?.hint).toMatch(
      /the waiver by wilma counted until 2027-01-1\d/,
    );
  });

  test("with an end does not count where nobody knows the time", () => {
    const { now: _, ...timeless } = bad.facts;
    expect(of({ ...SPIN, waivers: [{ ...waiver, until: now + 100 }] }, timeless)[0]?.waived).toBeUndefined();
  });

  test("on one service's waiver does not cover the stack's findings", () => {
    const stack = { ...EXAMPLE_STACK, tags: {} };
    const waivers = [{ ...waiver, rule: "STK-*", service: "web" }];
    const finding = judgeStack(stack, EXAMPLE_FACTS, { ...SPIN, waivers }).find(({ rule }) => rule === "STK-01");
    expect(finding?.waived).toBeUndefined();
  });
});

describe("ownership of a stack that is brought up", () => {
  const elvis = { name: "elvis", uid: 7, groups: [{ name: "csg", gid: 125 }], staff: false };
  const rules = (spec: StackSpec, facts: StackFacts) =>
    judgeStack(spec, facts, SPIN)
      .filter(({ rule }) => rule === "OWN-01")
      .map(({ message }) => message);

  test("is that of the stack as it is, whatever the new tags say", () => {
    const spec = { ...EXAMPLE_STACK, tags: { ...EXAMPLE_STACK.tags, owner: "elvis" } };
    expect(rules(spec, { ...EXAMPLE_FACTS, actor: elvis })).toEqual(["you don't own stack rover"]);
  });

  test("lets members of the group upgrade, with the same tags", () => {
    expect(rules(EXAMPLE_STACK, { ...EXAMPLE_FACTS, actor: elvis })).toEqual([]);
  });

  test("is not known of a stack that could not be looked up", () => {
    const facts = { ...EXAMPLE_FACTS, stacks: new Map() };
    const findings = judgeStack(EXAMPLE_STACK, facts, SPIN).filter(blocks);
    expect(findings.map(({ rule, certainty }) => [rule, certainty])).toEqual([["OWN-01", "unknown"]]);
  });

  test("lets nobody make a stack in another's name", () => {
    expect(rules({ ...EXAMPLE_STACK, name: "new" }, { ...EXAMPLE_FACTS, actor: elvis })).toHaveLength(1);
  });
});

test("an image is judged by its name alone", () => {
  expect(
    judgeImageName("quay.io/x/y:1", SPIN)
      .filter(blocks)
      .map(({ rule, pointer }) => [rule, pointer]),
  ).toEqual([["IMG-01", ""]]);
});

const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "",
    "..",
    "/",
    "a:b:c",
    "{stack}",
    "$&",
    "\u0000",
    "x".repeat(5000),
  ),
);
const pairs = fc.dictionary(nasty, nasty, { maxKeys: 4 });
const words = fc.array(nasty, { maxLength: 4 });

const service: fc.Arbitrary<ServiceSpec> = fc
  .record({
    name: nasty,
    image: nasty,
    user: fc.option(nasty, { nil: undefined }),
    environment: pairs,
    labels: pairs,
    annotations: pairs,
    groups: words,
    command: words,
    networkMode: fc.option(nasty, { nil: undefined }),
    ports: fc.array(fc.record({ container: fc.integer(), host: fc.integer(), protocol: fc.constant("tcp" as const) }), {
      maxLength: 3,
    }),
    mounts: fc.array(
      fc.record({
        kind: fc.constant("bind" as const),
        source: nasty,
        target: nasty,
        readOnly: fc.boolean(),
        create: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    secrets: fc.array(fc.record({ name: nasty, target: nasty, uid: nasty, mode: fc.integer() }), { maxLength: 3 }),
  })
  .chain((change) =>
    fc
      .record({ securityOpt: words, devices: words, capAdd: words, pid: nasty, runtime: nasty })
      .map((security) => ({ ...EXAMPLE_SERVICE, ...change, security: { ...EXAMPLE_SERVICE.security, ...security } })),
  );

const stack: fc.Arbitrary<StackSpec> = fc
  .record({
    name: nasty,
    tags: pairs,
    source: nasty,
    services: fc.array(service, { maxLength: 3 }),
    volumes: fc.array(fc.record({ name: nasty, options: pairs, labels: pairs, driver: nasty, external: nasty }), {
      maxLength: 2,
    }),
    secrets: fc.array(fc.record({ name: nasty, store: nasty }), { maxLength: 2 }),
  })
  .map((change) => ({ ...EXAMPLE_STACK, ...change }));

test("judging never throws, says everything in printable words and forgets nothing when asked twice", () => {
  fc.assert(
    fc.property(stack, fc.constantFrom(EXAMPLE_FACTS, {}), fc.constantFrom(SPIN, GENERIC), (spec, facts, policy) => {
      const findings = judgeStack(spec, facts, policy);
      for (const { message, hint = "" } of findings) expect(message + hint).not.toMatch(/[\x00-\x1f\x7f]/);
      expect(judgeStack(spec, facts, policy)).toEqual(findings);
    }),
    { numRuns: 300, seed: 6 },
  );
});

test("judging secrets never throws", () => {
  const property = fc.property(nasty, nasty, (name, description) => {
    judgeSecret({ name, description }, EXAMPLE_FACTS, SPIN);
  });
  fc.assert(property, { numRuns: 300, seed: 6 });
});

test("a recipe as large as recipes may be is judged", () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({
    ...EXAMPLE_SERVICE,
    name: `web-${index}`,
    environment: { A: "a1B".repeat(20_000), [`${"SECRET_".repeat(100)}X`]: "=".repeat(10_000) },
    command: [`/var/log/${"a/".repeat(2000)}`, `--${"p".repeat(9000)}=x`],
    networkMode: "service:web-4999",
    security: { ...EXAMPLE_SERVICE.security, pid: "service:web-4999", securityOpt: [" ".repeat(5000)] },
  }));
  judgeStack({ ...EXAMPLE_STACK, services: many }, EXAMPLE_FACTS, SPIN);
});

test("what stops a deployment is not hidden behind many findings that do not", () => {
  const severities = new Map([["VOL-10:unknown", "warning"]] as const);
  const groups = [...Array.from({ length: 60 }, (_, index) => `unknown${index}`), "126"];
  const { spec, facts, policy } = realizeExample({
    shows: "a group of others behind names that nobody knows",
    service: { user: "1000:1000", groups, mounts: [bind(APP_FOLDER)] },
    policy: { severities },
  });
  const found = judgeStack(spec, facts, policy).filter(({ rule }) => rule === "VOL-10");
  expect(found.some(blocks)).toBe(true);
  expect(found.length).toBeLessThan(60);
});
