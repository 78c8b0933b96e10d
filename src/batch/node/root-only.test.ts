import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkNodeDir, makeNodeDir } from "./node-dir.ts";
import { doubtAbout } from "./root-only.ts";
import { checkHooks } from "./trusted-hooks.ts";

const noRoot = process.getuid?.() === 0 ? "" : " [needs root]";
const USER = 12345;

describe.skipIf(noRoot)(`a path that root relies on${noRoot}`, () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync("/tmp/berth-root-only-");
    mkdirSync(join(work, "a/b"), { recursive: true });
    writeFileSync(join(work, "a/b/hook"), "");
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  test("is root's from the beginning, or below a directory in which nobody can rename what is another's", () => {
    expect(doubtAbout(join(work, "a/b/hook"))).toBeUndefined();
    chmodSync(join(work, "a"), 0o1777);
    expect(doubtAbout(join(work, "a/b/hook"))).toBeUndefined();
    expect(doubtAbout(join(work, "a"))).toBe(`others may change ${work}/a`);
    expect(doubtAbout(join(work, "a/not/there"))).toBeUndefined();
  });

  test.each(["a/b/hook", "a/b", "a"])("is not believed when %s is somebody's, or others may write there", (name) => {
    chownSync(join(work, name), USER, 0);
    expect(doubtAbout(join(work, "a/b/hook"))).toBe(`${work}/${name} belongs to user ${USER}`);
    chownSync(join(work, name), 0, 0);
    chmodSync(join(work, name), 0o775);
    expect(doubtAbout(join(work, "a/b/hook"))).toBe(`others may change ${work}/${name}`);
  });

  test("is judged where a link leads as well as where the link lies", () => {
    mkdirSync(join(work, "links"));
    symlinkSync(join(work, "a/b/hook"), join(work, "links/hook"));
    const hook = join(work, "links/hook");
    expect(() => checkHooks([undefined, hook])).not.toThrow();
    chmodSync(join(work, "a"), 0o777);
    expect(() => checkHooks([hook])).toThrow(`the hook ${hook} is not run by root: others may change ${work}/a`);
    chmodSync(join(work, "a"), 0o755);
    chownSync(join(work, "links"), USER, 0);
    expect(() => checkHooks([hook])).toThrow(/links belongs to user/);
    expect(() => checkHooks([join(work, "none")])).toThrow(/ENOENT/);
  });

  test("may be a directory of set-ups, which everybody can pass whatever the umask", () => {
    const dir = join(work, "run/node");
    const umask = process.umask(0o077);
    try {
      makeNodeDir(dir);
    } finally {
      process.umask(umask);
    }
    expect([dir, join(work, "run")].map((path) => statSync(path).mode & 0o777)).toEqual([0o711, 0o755]);
    expect(() => makeNodeDir(dir)).not.toThrow();
    chownSync(dir, USER, 0);
    for (const use of [makeNodeDir, checkNodeDir])
      expect(() => use(dir)).toThrow(expect.objectContaining({ code: "E_NODE_DIR" }));
  });

  test("is no directory of set-ups where everybody may make names", () => {
    chmodSync(join(work, "a"), 0o1777);
    expect(() => checkNodeDir(join(work, "a"))).toThrow(/may be changed by others than root/);
    expect(() => checkNodeDir(join(work, "a/new"))).not.toThrow();
  });
});
