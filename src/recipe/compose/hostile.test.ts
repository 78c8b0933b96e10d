import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTexts } from "./testing.ts";

// Without their bounds these take minutes, which is longer than a test may.
const grown = ["b", "c", "d", "e", "f", "g", "h", "i", "j"].map(
  (name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghij"[index]}`).join(",")}]`,
);
const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join("\n");

const BOMBS: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  [
    "aliases of aliases",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${grown.join("\n")}\nservices: {web: {command: *j}}`,
    /grows to more than/,
  ],
  [
    "merge keys of many",
    `a: &a\n${many(5000, (i) => `  k${i}: 1`)}\nb:\n${"- {<<: *a}\n".repeat(20_000)}`,
    /grows to more than/,
  ],
  ["open brackets", "[".repeat(500_000), /nested/],
  ["open braces", "{a: ".repeat(200_000), /nested/],
  ["nested lists", "- ".repeat(400_000), /nested/],
  ["a giant key", `? ${"k".repeat(900_000)}\n: 1`, /longer than/],
  ["a giant file", " ".repeat(3_000_000), /longer than 1 MiB/],
  ["many words", "- x\n".repeat(250_000), /too long/],
  ["many documents", "---\na: 1\n".repeat(1000), /documents/],
  ["an anchor in itself", "services: &s {web: *s}", /names no anchor/],
  ["many services", `services:\n${many(2500, (i) => ` s${i}: {image: x}`)}`, /at most 2000/],
  ["a chain of extends", `services:\n${many(1500, (i) => ` s${i}: {image: x, extends: s${i + 1}}`)}`, /extend/],
  [
    "a chain of waiting",
    `services:\n${many(1500, (i) => ` s${i}: {image: x, depends_on: [s${(i + 1) % 1500}]}`)}`,
    /wait for each other/,
  ],
  [
    "ranges of ports",
    `services:\n${many(500, (i) => ` s${i}: {image: x, ports: ["10.0.0.${i % 250}:1-2000:1-2000"]}`)}`,
    /at most/,
  ],
  ["growing variables", `x: &x $BIG\nservices: {web: {image: x, command: [${"*x,".repeat(50_000)}]}}`, /too long/],
  ["slashes of a mount", `services: {web: {image: x, volumes: ["a:${"/".repeat(300_000)}x"]}}`, /not declared/],
  [
    "mounts",
    `services:\n web:\n  image: x\n  volumes:\n${many(40_000, (i) => `  - /g:/x${i}`)}`,
    /mounts more than 500/,
  ],
  [
    "names that are not declared",
    `services:\n web:\n  image: x\n  networks:\n${many(20_000, (i) => `  - u${i}`)}\nnetworks:\n${many(20_000, (i) => ` k${i}:`)}`,
    /not declared/,
  ],
  [
    "services that are not there",
    `services:\n web:\n  image: x\n  depends_on:\n${many(40_000, (i) => `  - u${i}`)}\n${many(1900, (i) => ` k${i}: {image: x}`)}`,
    /does not exist/,
  ],
  ["keys that are not there", `services:\n web:\n  image: x\n${many(40_000, (i) => `  ky${i}: 1`)}`, /is no key/],
  [
    "a large base for many",
    `services:\n s:\n  image: x\n  environment:\n${many(10_000, (i) => `  - A${i}=`)}\n${many(1000, (i) => ` k${i}: {extends: s, environment: [B=1]}`)}`,
    /what is extended grows/,
  ],
  ["a long file for many", `services:\n${many(300, (i) => ` k${i}: {image: x, env_file: big.env}`)}`, /from files/],
  [
    "a long configuration for many",
    `services:\n${many(300, (i) => ` k${i}: {image: x, configs: [c${i}]}`)}\nconfigs:\n${many(300, (i) => ` c${i}: {file: big.env}`)}`,
    /configurations are longer/,
  ],
  ["a name of dots", "services: {..: {image: x}}", /is no name/],
  ["nested variables", `services: {web: {image: "${"${A:-".repeat(50_000)}"}}`, /not closed/],
];

describe("a hostile recipe", () => {
  test.each(BOMBS)("of %s is refused, and soon", (_, text, message) => {
    const files = { ".env": `BIG=${"x".repeat(100_000)}`, "big.env": many(50_000, (i) => `A${i}=`) };
    const { spec, notes } = readTexts({ "compose.yml": text, ...files });
    expect(spec).toBeUndefined();
    expect(
      notes
        .filter(({ severity }) => severity === "error")
        .map((note) => note.message)
        .join("\n"),
    ).toMatch(message);
    expect(notes.length).toBeLessThan(700);
  });

  test("of many addresses in two files is merged", () => {
    const networks = (mark: string) =>
      `networks:\n n:\n  ipam:\n   config:\n${many(15_000, (i) => `   - subnet: ${mark}${i}`)}\n`;
    const { spec } = readTexts({
      "compose.yml": `services: {web: {image: x, networks: [n]}}\n${networks("a")}`,
      "override.yml": networks("b"),
    });
    expect(spec?.networks[0]?.subnets).toHaveLength(30_000);
  });

  test.each(["../secret", "/etc/passwd", "a/../../b", "~/x", "https://example.org/x.yml", "git@example.org:x"])(
    "reaches no file outside of its folder: %s",
    (path) => {
      const asked: string[] = [];
      const text = [
        "include: [PATH]",
        "services:",
        "  web: {image: a, env_file: PATH, label_file: PATH, extends: {file: PATH, service: x}, configs: [c]}",
        "configs: {c: {file: PATH}}",
      ].join("\n");
      const { spec, notes } = readTexts(
        { "compose.yml": text.replaceAll("PATH", JSON.stringify(path)) },
        { read: (name) => void asked.push(name) },
      );
      expect(spec).toBeUndefined();
      expect(asked).toEqual([".env"]);
      expect(notes.filter(({ message }) => /recipe|paths?/.test(message)).length).toBeGreaterThanOrEqual(4);
    },
  );

  test("may use names that objects have", () => {
    const names = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf"];
    const services = names.map(
      (name) => `  ${name}: {image: x, environment: {${name}: v}, labels: {${name}: w}, restart: always}`,
    );
    const { spec } = readTexts({ "compose.yml": `services:\n${services.join("\n")}\nx-__proto__: {polluted: 1}\n` });
    expect(spec?.services.map(({ name }) => name)).toEqual(names);
    expect(spec?.services.map(({ environment, name }) => Object.entries(environment)[0]?.[0] === name)).not.toContain(
      false,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(
      readTexts({ "compose.yml": "__proto__: {a: 1}\nservices: {web: {image: x, __proto__: {}}}" }).spec,
    ).toBeUndefined();
  });
});

const SEED = `version: "3.8"
x-a: &a {restart: always, environment: {A: "\${A:-1}"}}
services:
  web:
    <<: *a
    image: nginx:1
    ports: ["80:8080", {target: 9, published: "10-12"}]
    volumes: [data:/d:ro, {type: tmpfs, target: /t, tmpfs: {size: 1m}}]
    healthcheck: {test: [CMD, a], interval: 1m30s}
    depends_on: {db: {condition: service_healthy}}
    deploy: {resources: {limits: {cpus: "0.5", memory: 1g}}, update_config: {order: start-first}}
    x-berth: {routes: [{host: a.b, port: 80}], idle: {after: 2h}}
  db: {image: x, secrets: [s], configs: [{source: c, mode: 0440}], networks: {n: {aliases: [b]}}, healthcheck: {test: x}}
volumes: {data: {driver_opts: {a: b}}}
networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}
secrets: {s: {external: true}}
configs: {c: {content: "a $$b"}}
`;

describe("whatever a recipe holds", () => {
  const scraps = fc.constantFrom(
    ..."[]{}:,-&*!|>'\"#%@`$?~\n\t 09aA<=".split(""),
    "<<: *a",
    "null",
    "!reset",
    "${",
    "\uFEFF",
    "\uD800",
  );
  const edit = fc.record({ at: fc.nat(SEED.length), cut: fc.nat(20), put: fc.array(scraps, { maxLength: 4 }) });
  const mutated = fc
    .array(edit, { maxLength: 5 })
    .map((edits) =>
      edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put.join("") + text.slice(at + cut), SEED),
    );
  const check = (text: string) => {
    const { spec, notes, places } = readTexts({
      "compose.yml": text,
      ".env": text,
      "override.yml": text.slice(0, 300),
    });
    expect(spec === undefined).toBe(notes.some(({ severity }) => severity === "error"));
    for (const { place } of notes) if (place) expect(place.range.end).toBeLessThanOrEqual(place.source.text.length + 1);
    for (const place of places.values()) expect(place.source.text.length).toBeGreaterThanOrEqual(place.range.start);
  };

  test("the reader notes, and never throws: a sound recipe with mistakes", () => {
    fc.assert(fc.property(mutated, check), { numRuns: 200, seed: 6 });
  });

  test("the reader notes, and never throws: any text", () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: scraps }), fc.string({ unit: "binary" })), check), {
      numRuns: 150,
      seed: 6,
    });
  });

  test("the reader notes, and never throws: any values under the keys of the specification", () => {
    const keys = [
      "image",
      "ports",
      "volumes",
      "deploy",
      "x-berth",
      "healthcheck",
      "networks",
      "depends_on",
      "ulimits",
      "extends",
    ];
    const more = [
      "secrets",
      "labels",
      "gpus",
      "logging",
      "env_file",
      "links",
      "volumes_from",
      "environment",
      "restart",
      "tmpfs",
    ];
    const value = fc.jsonValue({ maxDepth: 3 });
    const service = fc.dictionary(fc.constantFrom(...keys, ...more), value, { maxKeys: 6 });
    const tops = fc.dictionary(
      fc.constantFrom("networks", "volumes", "secrets", "configs", "include", "name", "x-berth"),
      value,
    );
    const recipe = fc.tuple(fc.dictionary(fc.constantFrom("web", "db"), service), tops);
    const text = recipe.map(([services, rest]) => JSON.stringify({ ...rest, services }));
    fc.assert(fc.property(text, check), { numRuns: 250, seed: 6 });
  });
});
