import { expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import type { RunStep, State, StepMount } from "../types.ts";
import { answerKey, copyKey, runKey } from "./step-key.ts";

const state: State = { key: digestOf("state"), base: undefined, layers: [] };
const step: RunStep = {
  kind: "run",
  argv: ["/bin/sh", "-c", "true"],
  env: { PATH: "/bin", http_proxy: "http://user:word@proxy" },
  hidden: ["http_proxy"],
  cwd: "/",
  mounts: [],
  network: "host",
};
const secret: StepMount = { kind: "secret", target: "/s", content: Buffer.from("one"), mode: 0o400, uid: 0, gid: 0 };
const key = (changed: Partial<RunStep>, contents: readonly string[] = []) =>
  runKey(state, { ...step, ...changed }, contents, false);

test.each<[string, Partial<RunStep>]>([
  ["the command", { argv: ["/bin/sh", "-c", "false"] }],
  ["a variable", { env: { ...step.env, PATH: "/usr/bin" } }],
  ["the user", { user: "app" }],
  ["the folder", { cwd: "/tmp" }],
  ["the network", { network: "none" }],
  ["a mount", { mounts: [secret] }],
])("%s decides the key of a program", (_what, changed) => {
  expect(key(changed)).not.toBe(key({}));
});

test("what the context shows decides it, too, and so does the state", () => {
  expect(key({}, ["x"])).not.toBe(key({}));
  expect(runKey({ ...state, key: digestOf("other") }, step, [], false)).not.toBe(key({}));
});

test("hidden variables, the order of variables, and secrets' contents do not", () => {
  expect(key({ env: { http_proxy: "none", PATH: "/bin" } })).toBe(key({}));
  const other: StepMount = { ...secret, content: Buffer.from("two") };
  expect(key({ mounts: [other] })).toBe(key({ mounts: [secret] }));
});

test("a copy is decided by its words and contents", () => {
  const copy = {
    kind: "copy",
    from: { kind: "context" },
    sources: ["a"],
    inline: [],
    destination: "/",
    exclude: [],
  } as const;
  const whole = { ...copy, parents: false, unpack: false, style: "folder", follow: false } as const;
  expect(copyKey(state, whole, "x", false)).toBe(copyKey(state, whole, "x", false));
  expect(copyKey(state, whole, "y", false)).not.toBe(copyKey(state, whole, "x", false));
  expect(copyKey(state, { ...whole, owner: "1" }, "x", false)).not.toBe(copyKey(state, whole, "x", false));
});

test("what a file holds is asked anew when the same steps have led to other layers", () => {
  const layer = (text: string) => ({
    descriptor: { mediaType: "x", digest: digestOf(text), size: 1 },
    folder: "/l",
    made: 0,
  });
  const first = { ...state, layers: [layer("one")] };
  expect(answerKey(first, "/f", 9)).toBe(answerKey({ ...first }, "/f", 9));
  expect(answerKey(first, "/f", 9)).not.toBe(answerKey({ ...state, layers: [layer("two")] }, "/f", 9));
});
