import { describe, expect, test } from "vitest";
import type { LaunchPlan } from "./launch-plan.ts";
import { encodePlan, PLAN_HEADER } from "./plan-format.ts";

const PLAN: LaunchPlan = {
  userns: { kind: "self" },
  unshare: [],
  root: { kind: "dir", source: "/image" },
  touch: [],
  expectMounts: [],
  layer: { kind: "auto" },
  mounts: [],
  readonlyRoot: true,
  chdir: ["/"],
  umask: 0o22,
  limits: [],
  keepCaps: false,
  caps: "none",
  setid: undefined,
  init: false,
  keepFds: [],
  env: new Map([["A", "1"]]),
  exec: "true",
  argv: ["true"],
};

function records(plan: Partial<LaunchPlan>): string {
  const text = encodePlan({ ...PLAN, ...plan }).toString();
  expect(text.startsWith(PLAN_HEADER)).toBe(true);
  return text.slice(PLAN_HEADER.length).replaceAll("\0", "|");
}

describe("a plan is written", () => {
  test("in the order that the launcher demands", () => {
    expect(records({})).toBe(
      "userns|self|root|dir|/image|0|layer|auto|0|||readonly|chdir|/|umask|0022|caps|none|env|A=1|exec|true|arg|true|end|",
    );
  });

  test.each<[string, Partial<LaunchPlan>, string]>([
    [
      "id maps",
      { userns: { kind: "ranges", maps: [{ kind: "u", inside: 0, outside: 1001, count: 1 }] } },
      "idmap|u|0|1001|1|",
    ],
    ["namespaces", { unshare: ["pid", "uts"], hostname: "foo" }, "unshare|pid|unshare|uts|hostname|foo|"],
    ["a kernel root", { root: { kind: "kernel", file: "/i.sif", offset: 36864 } }, "root|kernel|/i.sif|36864|"],
    [
      "a FUSE root",
      { root: { kind: "fuse", file: "/i", offset: 0, program: "/q" } },
      "root|fuse|/i|0|fuse-program|/q|",
    ],
    ["a shared mount", { touch: ["/m.used"], expectMounts: ["/m"] }, "touch|/m.used|expect-mount|/m|"],
    ["an overlay", { layer: { kind: "dirs", upper: "/o", lowers: ["/a", "/b"] } }, "layer|dirs|0|/o|/a\n/b|"],
    [
      "overlay images",
      {
        overlayImages: [{ fs: "ext-rw", file: "/e", offset: 1, size: 2 }],
        overlayPrograms: { fuse2fs: "/f", fuseOverlayfs: "/o", e2fsck: "/c", squashfuse: "/q" },
      },
      "fuse-program|/q|fuse2fs-program|/f|fuse-overlayfs-program|/o|e2fsck-program|/c|overlay-image|ext-rw|/e|1|2|",
    ],
    ["a tmpfs over overlays", { layer: { kind: "tmpfs", size: 9, lowers: ["/a", "/b"] } }, "layer|tmpfs|9||/a\n/b|"],
    ["a bind", { mounts: [{ op: "bind", source: "/a", target: "/b", flags: ["ro", "try"] }] }, "bind|/a|/b|ro,try|"],
    ["a tmpfs", { mounts: [{ op: "tmpfs", target: "/t", size: 64, mode: 0o1777 }] }, "tmpfs|/t|64|1777|"],
    ["a file", { mounts: [{ op: "file", target: "/f", mode: 0o644, content: "x\ny" }] }, "file|/f|0644|x\ny|"],
    ["a link", { mounts: [{ op: "link", target: "/l", to: "x" }] }, "link|/l|x|"],
    ["proc", { mounts: [{ op: "proc", target: "/proc" }] }, "proc|/proc|"],
    ["limits", { limits: [{ name: "nofile", soft: 1024, hard: undefined }] }, "rlimit|nofile|1024|inf|"],
    ["another user", { setid: { uid: 5, gid: 6 } }, "setid|5|6|"],
    ["its further groups", { setid: { uid: 5, gid: 6 }, groups: [7, 8] }, "setid|5|6|group|7|group|8|"],
    ["pretended ids", { pretendIds: true }, "pretend|ids|"],
    [
      "a bind of the container's own",
      { mounts: [{ op: "bind", source: "/a", target: "/b", flags: ["inside", "file", "slave"] }] },
      "bind|/a|/b|inside,file,slave|",
    ],
    ["a mount point", { mounts: [{ op: "point", target: "/p", kind: "dir" }] }, "point|/p|dir|"],
    ["a hook of the site", { mounts: [{ op: "root-hook", path: "/h" }] }, "root-hook|/h|"],
    [
      "a caller's name",
      { called: "shifter", chdirElse: "no such folder" },
      "called|shifter|chdir|/|chdir-else|no such folder|",
    ],
    [
      "steps of the environment",
      {
        envSteps: [
          { op: "set", name: "A", value: "2" },
          { op: "append", name: "A", value: "3" },
          { op: "prepend", name: "A", value: "1" },
          { op: "file", path: "env" },
          { op: "unset", name: "B" },
        ],
        hooks: ["/hook"],
      },
      "caps|none|env|A=2|env-append|A=3|env-prepend|A=1|env-file|env|env-unset|B|hook|/hook|exec|true|arg|true|end|",
    ],
    ["a directory that shows the root", { publish: "/shown", argv: [] }, "caps|none|publish|/shown|end|"],
    ["an init shim", { init: true }, "init|"],
    ["open descriptors", { keepFds: [7] }, "keep-fd|7|"],
  ])("with %s", (_what, plan, text) => {
    expect(records(plan)).toContain(text);
  });

  test("keeping capabilities instead of naming a set", () => {
    expect(records({ keepCaps: true })).not.toContain("caps|none");
  });
});

describe("a plan is refused", () => {
  test.each<[string, Partial<LaunchPlan>]>([
    ["an argument", { argv: ["a\0b"] }],
    ["a variable", { env: new Map([["A", "x\0y"]]) }],
    ["a path", { mounts: [{ op: "bind", source: "/a\0", target: "/b", flags: [] }] }],
  ])("when %s contains a NUL", (what, plan) => {
    expect(() => encodePlan({ ...PLAN, ...plan })).toThrow(expect.objectContaining({ code: "E_PLAN_NUL" }));
    expect(what).not.toBe("");
  });

  test("when it is larger than the launcher reads", () => {
    const argv = ["x".repeat(9 * 1024 * 1024)];
    expect(() => encodePlan({ ...PLAN, argv })).toThrow(expect.objectContaining({ code: "E_PLAN_LARGE" }));
    const mounts = Array.from({ length: 4097 }, (_, i) => ({ op: "dir", target: `/${i}`, mode: 0o755 }) as const);
    expect(() => encodePlan({ ...PLAN, mounts })).toThrow(expect.objectContaining({ code: "E_PLAN_MOUNTS" }));
  });
});
