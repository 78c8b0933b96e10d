import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openNotebook } from "../notebook.ts";
import { readStack } from "../read-stack.ts";
import { readTexts, specOf } from "../testing.ts";
import { readTrees } from "../yaml-tree.ts";
import { printStack } from "./print-stack.ts";

function readAgain(printed: string) {
  return readStack([{ name: "printed.yml", text: printed }], { read: () => undefined });
}

const words = fc.constantFrom(
  "a",
  "b-c",
  "0440",
  "yes",
  "null",
  "1.10",
  "$X",
  "$$",
  "a b",
  "x: y",
  "- z",
  "#",
  "é",
  "\n",
  "a\nb\n",
  " a",
  "<<",
  "",
);
const word = fc.oneof(words, fc.string());
const name = fc.constantFrom("web", "10", "a.b", "__proto__", "no", "true");
const count = fc.nat(70_000);
const pairs = fc.dictionary(fc.oneof(name, word), word, { maxKeys: 3 });
const list = fc.array(word, { maxLength: 3 });
const duration = fc.constantFrom("1s", "1m30s", "250ms", "2h", "0s");
const size = fc.constantFrom("1b", "10m", "1.5g", 1024);
const flag = fc.boolean();
const path = fc.constantFrom("/a", "/b/c", "/x/", "/t", "/u");

const everything = fc.record(
  {
    image: fc.constantFrom("nginx:1", "a/b@sha256:00"),
    ...{ command: fc.oneof(list, word), entrypoint: list, environment: pairs, labels: pairs, annotations: pairs },
    ...{ user: word, group_add: list, working_dir: word, hostname: word, tty: flag, init: flag, read_only: flag },
    ...{ scale: fc.nat(3), restart: fc.constantFrom("no", "always", "on-failure:3"), stop_signal: word },
    ...{ stop_grace_period: duration, dns: list, dns_search: list, expose: fc.array(count, { maxLength: 2 }) },
    ports: fc.array(
      fc.oneof(
        count.map(String),
        fc.tuple(count, count).map(([a, b]) => `${a}:${b}/udp`),
      ),
      { maxLength: 2 },
    ),
    depends_on: fc.record({
      db: fc.record({
        condition: fc.constantFrom("service_started", "service_healthy"),
        required: flag,
        restart: flag,
      }),
    }),
    volumes: fc.array(
      fc.oneof(
        path.map((target) => `data:${target}:ro,nocopy`),
        fc.tuple(path, path).map(([source, target]) => `${source}:${target}`),
        fc.record({
          type: fc.constant("tmpfs"),
          target: path,
          tmpfs: fc.record({ size, mode: fc.constantFrom("1777", 0o700) }),
        }),
        fc.record({
          type: fc.constant("volume"),
          source: fc.constant("data"),
          target: path,
          volume: fc.record({ subpath: word }),
        }),
      ),
      { maxLength: 3 },
    ),
    tmpfs: fc.array(path, { maxLength: 2 }),
    secrets: fc.array(fc.constantFrom("s", { source: "s", target: "other", uid: "1", mode: "0400" }), { maxLength: 2 }),
    configs: fc.array(fc.constant("c"), { maxLength: 1 }),
    networks: fc.oneof(fc.constant(["n"]), fc.constant({ n: { aliases: ["x"], priority: 3 }, default: null })),
    healthcheck: fc.oneof(
      fc.record({
        test: fc.oneof(word, fc.constantFrom(["NONE"], ["CMD", "$x"])),
        interval: duration,
        retries: fc.nat(5),
      }),
      fc.record({ disable: flag }),
    ),
    ...{
      mem_limit: size,
      memswap_limit: fc.oneof(size, fc.constant(-1)),
      cpus: fc.constantFrom(0.5, "2"),
      pids_limit: count,
    },
    ulimits: fc.dictionary(name, fc.oneof(count, fc.record({ soft: fc.nat(5), hard: fc.constant(9) })), { maxKeys: 2 }),
    ...{ sysctls: pairs, cap_add: list, cap_drop: list, security_opt: list, privileged: flag, pid: word, ipc: word },
    devices: fc.array(fc.constantFrom("/dev/a", "/dev/a:/dev/b:r", { source: "/dev/c", permissions: "rw" }), {
      maxLength: 2,
    }),
    gpus: fc.constantFrom("all", [{ count: 2 }], ["nvidia.com/gpu=1"]),
    logging: fc.record({ driver: word, options: pairs }, { requiredKeys: [] }),
    deploy: fc.record(
      {
        update_config: fc.record({
          parallelism: fc.nat(4),
          delay: duration,
          order: fc.constantFrom("start-first", "stop-first"),
        }),
      },
      { requiredKeys: [] },
    ),
    ...{
      links: fc.constant(["db:alias"]),
      volumes_from: fc.constant(["db:ro"]),
      container_name: word,
      retain_ip: flag,
    },
    extra_hosts: fc.constantFrom(["h:1.2.3.4"], { h: "::1", i: ["1.1.1.1", "2.2.2.2"] }),
    "x-berth": fc.record(
      {
        routes: fc.constantFrom(
          [{ host: "A.example.org", port: 80, auth: "user" }],
          [{ protocol: "tcp", listen: 5432, port: 5432 }],
        ),
        idle: fc.constantFrom("2h", { after: "1h", signals: [], "keep-warm": "mon-fri 08:00-18:00", wake: false }),
        update: fc.record({ confirm: flag, monitor: duration }),
        health: fc.constant({ http: { port: 80, path: "/$x" } }),
        ...{ once: flag, authenticated: flag, "write-audit": flag },
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["image"] },
);

/** A few keys at a time: all of them together contradict each other. */
const service = fc.tuple(everything, fc.array(fc.nat(), { minLength: 2, maxLength: 6 })).map(([all, picks]) => {
  const entries = Object.entries(all);
  return Object.fromEntries([
    ["image", "nginx:1"],
    ...picks.map((pick) => entries[pick % entries.length] ?? ["tty", true]),
  ]);
});

const recipe = fc
  .record({
    name: fc.constantFrom("rover", "null", "7"),
    services: fc.tuple(name, service).map(([one, it]) =>
      Object.fromEntries([
        [one, it],
        ["db", { image: "x" }],
      ]),
    ),
    networks: fc.constant({
      n: { internal: true, ipam: { config: [{ subnet: "10.0.0.0/24", gateway: "10.0.0.1" }] } },
    }),
    volumes: fc.record({
      data: fc.constantFrom(null, { external: true, name: "d.1" }, { "x-berth": { class: "nfs" } }),
    }),
    secrets: fc.constantFrom({ s: { external: true } }, { s: { external: true, name: "db.rover.s" } }),
    configs: fc.record({ c: fc.record({ content: word }) }),
    "x-berth": fc.record({ title: word, tags: pairs, source: word }, { requiredKeys: [] }),
  })
  .map((tree) => JSON.stringify(tree));

describe("a printed stack", () => {
  test("reads back as the same stack, whatever it is", () => {
    let sound = 0;
    const same = (text: string) => {
      const { spec } = readTexts({ "compose.yml": text }, { name: undefined });
      if (spec === undefined) return;
      sound += 1;
      const again = readAgain(printStack(spec));
      expect(again.notes.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(again.spec).toEqual(spec);
    };
    fc.assert(fc.property(recipe, same), { numRuns: 250, seed: 6 });
    expect(sound).toBeGreaterThan(60);
  });

  test("is the same text when it is printed again", () => {
    const text = "services: {web: {image: a, ports: ['80:80'], x-berth: {idle: 2h}}, db: {image: b}}";
    const printed = printStack(specOf({ "compose.yml": text }));
    const again = readAgain(printed).spec;
    expect(again && printStack(again)).toBe(printed);
  });

  test("quotes what other readers take for something else", () => {
    const printed = printStack(
      specOf({ "compose.yml": "services: {web: {image: a, restart: 'no', hostname: 'on', user: '0440'}}" }),
    );
    expect(printed).toContain('restart: "no"');
    expect(printed).toContain('hostname: "on"');
    expect(printed).toContain('user: "0440"');
    expect(readTrees({ name: "x", text: printed }, { lexemes: 1000 }, openNotebook())).toHaveLength(1);
  });

  test("names secrets, with nothing of their values", () => {
    const text = "services: {web: {image: a, secrets: [s]}}\nsecrets: {s: {external: true}}";
    expect(printStack(specOf({ "compose.yml": text }))).toMatch(
      /secrets:\n {2}s:\n {4}external: true\n {4}name: rover\.s\n/,
    );
  });
});
