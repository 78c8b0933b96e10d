// Facts around files: what git knows, what is in the build folder, lock files. Repositories and folders may be hostile.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contextFacts, readerOf } from "./context-facts.ts";
import { gitFacts } from "./git-facts.ts";
import { lockFacts } from "./lock-facts.ts";

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-facts-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const env = { PATH: process.env["PATH"], HOME: "/nonexistent" };

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(work, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

const hasGit = existsSync("/usr/bin/git");

describe.skipIf(!hasGit)("git (needs git)", () => {
  const git = (cwd: string, ...words: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...words], { cwd, stdio: "pipe" });

  function repository(name: string): string {
    const path = folder(name, { Dockerfile: "FROM a\r\n", "sub/changed": "1\n", new: "x\n" });
    git(path, "init", "-q");
    git(path, "remote", "add", "origin", "https://wilma:secret@example.org/x.git");
    git(path, "add", "Dockerfile", "sub/changed");
    git(path, "commit", "-q", "-m", "m");
    writeFileSync(join(path, "sub/changed"), "2\n");
    return path;
  }

  test("says what is tracked, what is changed, from where and which revision", async () => {
    const path = repository("repo");
    const [kept, changed, fresh] = ["Dockerfile", "sub/changed", "new"].map((name) => join(path, name));
    const facts = await gitFacts([kept ?? "", changed ?? "", fresh ?? ""], { env });
    const about = { remote: "https://example.org/x.git", revision: expect.stringMatching(/^[0-9a-f]{40}$/) };
    expect(facts.get(kept ?? "")).toEqual({ tracked: true, dirty: false, ...about });
    expect(facts.get(changed ?? "")).toMatchObject({ tracked: true, dirty: true });
    expect(facts.get(fresh ?? "")).toMatchObject({ tracked: false, dirty: false });
  });

  test("is not asked outside of work trees, and its absence is not known", async () => {
    const path = folder("plain", { Dockerfile: "FROM a\n" });
    expect((await gitFacts([join(path, "Dockerfile")], { env })).size).toBe(0);
    const inside = repository("nogit");
    expect((await gitFacts([join(inside, "Dockerfile")], { env: { PATH: "/nonexistent" } })).size).toBe(0);
  });

  test("executes nothing that a repository names", async () => {
    const path = repository("hostile");
    const trap = join(path, "trap.sh");
    writeFileSync(trap, `#!/bin/sh\ntouch ${join(work, "sprung")}\ncat\n`, { mode: 0o755 });
    for (const key of [
      "core.fsmonitor",
      "core.pager",
      "filter.x.clean",
      "filter.x.process",
      "core.sshCommand",
      "diff.external",
    ])
      git(path, "config", key, trap);
    writeFileSync(join(path, ".gitattributes"), "* filter=x\n");
    writeFileSync(join(path, ".git/hooks/post-index-change"), `#!/bin/sh\n${trap}\n`, { mode: 0o755 });
    const facts = await gitFacts([join(path, "Dockerfile"), join(path, "sub/changed")], { env });
    expect(facts.size).toBe(2);
    expect(existsSync(join(work, "sprung"))).toBe(false);
  });
});

describe("the build folder", () => {
  const recipe = (path: string, text: string) => ({ name: join(path, "Dockerfile"), text });

  test("tells what is there, with globs, and what is left out of it", () => {
    const path = folder("context", { "src/a.py": "x", Dockerfile: "", ".dockerignore": "*.log\n" });
    const facts = contextFacts(recipe(path, "COPY src /src\n"), undefined);
    expect(facts?.ignoreFile).toBe("*.log\n");
    expect(["src", "./src/a.py", "src/*.py", "s?c/[ab].py", "."].map((name) => facts?.exists(name))).toEqual(
      Array(5).fill(true),
    );
    expect(["b", "src/*.txt", "../context/src", "src/a.py/x"].map((name) => facts?.exists(name))).toEqual(
      Array(4).fill(false),
    );
    expect(facts?.read?.("src/a.py")).toBe("x");
  });

  test("ends where links lead out of it", () => {
    const outside = folder("outside", { secret: "s" });
    const path = folder("links", { Dockerfile: "" });
    symlinkSync(outside, join(path, "out"));
    symlinkSync(join(outside, "secret"), join(path, "file"));
    const facts = contextFacts(recipe(path, ""), undefined);
    expect(facts?.exists("out/secret")).toBe(false);
    expect(facts?.read?.("file")).toBeNull();
    expect(readerOf(join(path, "compose.yaml"))("file")).toBeUndefined();
  });

  test("is the top of the repository where what is copied lies there, and not known where it lies nowhere", () => {
    const path = folder("mono", { "docker/Dockerfile": "", "app/x": "", ".git/HEAD": "" });
    const name = join(path, "docker/Dockerfile");
    expect(contextFacts({ name, text: "FROM a\nCOPY app/x /x\n" }, undefined)?.exists("app/x")).toBe(true);
    expect(contextFacts({ name, text: "FROM a\nCOPY gone /x\n" }, undefined)).toBeUndefined();
    expect(contextFacts({ name, text: "FROM a\nCOPY gone /x\n" }, path)?.exists("gone")).toBe(false);
  });
});

test("a lock file tells digests and versions; a broken one tells nothing", async () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const text = JSON.stringify({ images: { "debian:13.1": digest, bad: "x" }, packages: { "pip:numpy": "2.1.0" } });
  const path = folder("locked", { "berth.lock": text, Dockerfile: "" });
  const facts = lockFacts(path);
  expect([...(facts.digests ?? [])]).toEqual([["debian:13.1", digest]]);
  expect(facts.locked?.get("pip:numpy")).toBe("2.1.0");
  writeFileSync(join(path, "berth.lock"), "{");
  expect(lockFacts(path)).toEqual({});
});
