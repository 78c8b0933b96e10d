// Rego policies as WebAssembly. There is no compiler for them here, so a module with the same interface is assembled by hand: it gives a
// fixed answer, or never ends.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { regoFindings } from "./rego.ts";
import { evaluateRego, type RegoRequest } from "./rego-work.ts";

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-rego-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);
const signed = (value: number): number[] => (value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]);
const bytes = (text: string) => [...new TextEncoder().encode(text)];
const name = (text: string) => [...leb(bytes(text).length), ...bytes(text)];
const vector = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]) => [id, ...leb(body.length), ...body];
const I32 = 0x7f;
const constant = (value: number) => [0x41, ...signed(value)];

const EMPTY = 1024;
const ENTRIES = 1032;
const ANSWER = 1088;
const HEAP = 65_536;

/** A module with OPA's interface (ABI 1.2) whose evaluation answers `answer`. */
function policy(answer: string, { endless = false } = {}): Uint8Array {
  const functions: readonly (readonly [exported: string, params: number, code: readonly number[]])[] = [
    ["builtins", 0, constant(EMPTY)],
    ["entrypoints", 0, constant(ENTRIES)],
    ["opa_json_dump", 1, [0x20, 0]],
    ["opa_malloc", 1, constant(HEAP)],
    ["opa_json_parse", 2, constant(EMPTY)],
    ["opa_heap_ptr_get", 0, constant(HEAP)],
    ["opa_eval", 7, [...(endless ? [0x03, 0x40, 0x0c, 0x00, 0x0b] : []), ...constant(ANSWER)]],
  ];
  const text = (at: number, value: string) => [0, ...constant(at), 0x0b, ...name(`${value}\0`)];
  const version = (value: number) => [I32, 0, ...constant(value), 0x0b];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(functions.map(([, params]) => [0x60, ...vector(Array(params).fill([I32])), 1, I32]))),
    ...section(2, vector([[...name("env"), ...name("memory"), 2, 0, 2]])),
    ...section(3, vector(functions.map((_, index) => leb(index)))),
    ...section(6, vector([version(1), version(2)])),
    ...section(
      7,
      vector([
        ...functions.map(([exported], index) => [...name(exported), 0, ...leb(index)]),
        [...name("opa_wasm_abi_version"), 3, 0],
        [...name("opa_wasm_abi_minor_version"), 3, 1],
      ]),
    ),
    ...section(10, vector(functions.map(([, , code]) => [...leb(code.length + 2), 0, ...code, 0x0b]))),
    ...section(11, vector([text(EMPTY, "{}"), text(ENTRIES, '{"lint/deny":0}'), text(ANSWER, answer)])),
  ]);
}

function module(file: string, answer: unknown, options = {}): string {
  const path = join(work, file);
  writeFileSync(path, policy(JSON.stringify(answer), options));
  return path;
}

const TEXT = "FROM debian:13.1\nRUN true\n";
const text = (...modules: readonly string[]) =>
  ({ source: { name: "Dockerfile", text: TEXT }, kind: "dockerfile", modules }) as const;

test("a policy's answers are findings, with places where it gives them", async () => {
  const deny = ["no name", { msg: "bad base", rule: "SITE-7", start: 5, end: 16, hint: "take ours" }, { nothing: 1 }];
  const path = module("a.wasm", [{ result: { deny, warn: ["hm"], other: ["not this"] } }]);
  const found = await regoFindings([text(path)], evaluateRego);
  expect(found.get("Dockerfile")).toMatchObject([
    { rule: "REGO", severity: "error", message: "no name", place: undefined },
    { rule: "SITE-7", severity: "error", hint: "take ours", place: { range: { start: 5, end: 16 } } },
    { rule: "REGO", severity: "warning", message: "hm" },
  ]);
});

test("a policy is given the parts of a text with their places", async () => {
  const requests: RegoRequest[] = [];
  const path = module("b.wasm", [{ result: [] }]);
  await regoFindings([text(path)], async (request) => {
    requests.push(request);
    return evaluateRego(request);
  });
  const items = requests[0]?.modules[0]?.inputs[0]?.items ?? [];
  expect(items[0]).toMatchObject({ part: "base", resolved: "debian:13.1", start: 5, end: 16 });
  expect(items.some(({ part, name }) => part === "command" && name === "true")).toBe(true);
});

test("a module that is none is a failure of the engine", async () => {
  const path = join(work, "c.wasm");
  writeFileSync(path, "hello");
  await expect(regoFindings([text(path)], evaluateRego)).rejects.toMatchObject({ code: "E_LINT_ENGINE", exit: 3 });
});

test("a policy that does not end is ended, and what practices find is shown", () => {
  module("endless.wasm", [], { endless: true });
  writeFileSync(join(work, ".berth-policy.yaml"), "custom: [./endless.wasm]\n");
  writeFileSync(join(work, "Dockerfile"), "FROM debian:13.1\nRUN sudo true\n");
  const main = join(import.meta.dirname, "../../main.ts");
  const words = [main, "lint", "--only", "TOO004", "-f", "gnu", "Dockerfile"];
  const env = { PATH: process.env["PATH"], HOME: work, BERTH_SITE_CONFIG: join(work, "none") };
  const ran = spawnSync(process.execPath, words, { cwd: work, env, encoding: "utf8" });
  expect(ran.stderr).toContain("a policy took too long");
  expect(ran.stdout).toContain("[TOO004]");
  expect(ran.status).toBe(3);
}, 60_000);
