// What steps do to a state, seen in the layers they leave and in what later steps find.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isEmulated } from "../../src/run/architecture.ts";
import { AS_ROOT } from "../support/ordinary-user.ts";
import { Lab, obstacle } from "./lab.ts";

const reason = obstacle();

describe.skipIf(reason)(`steps of a build${reason ? ` [needs ${reason}]` : ""}`, { timeout: 60_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterAll(() => lab?.close());

  test("RUN is root with many ids, and its layer holds exactly what it changed", () => {
    const change = "RUN touch /new; chown 33:34 /new; rm /bin/ps; rm -r /opt/old; mkdir /opt/old; touch /opt/old/x";
    const context = lab.context("run", `${change}\nRUN id -u; cat /etc/hosts >/dev/null; ls /proc/1/comm /dev/null\n`);
    const built = lab.build(context);
    expect(built.stderr).toContain("built");
    expect(lab.layer(change)).toEqual([
      "drwxr-xr-x 0/0 bin/",
      "-rw------- 0/0 bin/.wh.ps",
      "-rw-r--r-- 33/34 new",
      "drwxr-xr-x 0/0 opt/",
      "drwxr-xr-x 0/0 opt/old/",
      "-rw------- 0/0 opt/old/.wh..wh..opq",
      "-rw-r--r-- 0/0 opt/old/x",
    ]);
    // Mount points of /proc, /dev, /etc/hosts leave no trace.
    expect(lab.layer("RUN id -u; cat /etc/hosts >/dev/null; ls /proc/1/comm /dev/null")).toEqual([]);
  });

  test("a program may open its input and outputs by name, and all lines come in their order", () => {
    const script = "echo one > /dev/stderr; echo two > /dev/stdout; echo three; echo four >&2";
    const built = lab.build(lab.context("names", `RUN ${script}\nRUN cat /dev/stdin <<END\nfive\nEND\n`));
    expect(built.stderr).toMatch(/\| one\n.*\| two\n.*\| three\n.*\| four\n[\s\S]*\| five\n/);
  });

  test("USER is looked up in the image, with the groups it has there", () => {
    const context = lab.context(
      "user",
      "USER app\nRUN id -u; id -g; id -G; touch /tmp/mine; if touch /x; then exit 1; fi\n",
    );
    const built = lab.build(context);
    expect(built.stderr).toMatch(/\| 33\n.*\| 34\n.*\| 34 50\n/);
    const unknown = lab.build(lab.context("nobody", "USER ghost\nRUN true\n"));
    expect(unknown.status).toBe(255);
    expect(unknown.stderr).toMatch(/"ghost".*\/etc\/passwd[\s\S]*> 3 \| RUN true/);
  });

  test("COPY keeps names of one file together, also where one path ends like the other", () => {
    const made = "RUN mkdir -p /src/d && echo h >/src/d/x && ln /src/d/x /src/x";
    const copy = "COPY --from=0 /src/ /";
    expect(lab.build(lab.context("names-of-one", `${made}\nFROM scratch\n${copy}\n`)).stderr).toContain("built");
    expect(lab.layer(copy)).toEqual(["drwxr-xr-x 0/0 d/", "-rw-r--r-- 0/0 d/x", "hrw-r--r-- 0/0 x link to d/x"]);
  });

  test("a failing step shows its last lines, its status and its place, and nothing is kept of it", () => {
    const context = lab.context("failing", "RUN echo one; echo two >&2; \\\n  exit 7\n");
    const built = lab.build(context);
    expect(built.status).toBe(255);
    expect(built.stderr).toMatch(
      /failed with exit status 7\n\s+\| one\n\s+\| two[\s\S]*> 2 \| RUN echo one[\s\S]*> 3 \|\s+exit 7/,
    );
    expect(lab.underWay()).toEqual([]);
  });

  test("COPY follows .dockerignore, globs, owners and modes, and never a link out of the image", () => {
    const files = {
      ".dockerignore": "*.log\nsub/skip\n!keep.log\n",
      "a.log": "",
      "keep.log": "k",
      "sub/skip/x": "",
      "sub/y": "y",
      "b.txt": "b",
      "c.txt": "c",
    };
    const copy = "COPY --chown=app:50 --chmod=640 *.txt /out/";
    const context = lab.context("copy", `${copy}\nCOPY . /ctx\nCOPY b.txt /single\n`, files);
    expect(lab.build(context).status).toBe(0);
    expect(lab.layer(copy)).toEqual([
      "drwxr-xr-x 0/0 opt/",
      "-rw-r----- 33/50 opt/b.txt",
      "-rw-r----- 33/50 opt/c.txt",
    ]);
    expect(lab.layer("COPY . /ctx").map((line) => line.split(" ")[2])).toEqual([
      "ctx/",
      "ctx/.dockerignore",
      "ctx/Dockerfile",
      "ctx/b.txt",
      "ctx/c.txt",
      "ctx/keep.log",
      "ctx/sub/",
      "ctx/sub/y",
    ]);
    expect(lab.layer("COPY b.txt /single")).toEqual(["-rw-r--r-- 0/0 single"]);
  });

  test("COPY --from takes a stage's own owners, and links only inside it", () => {
    const recipe = [
      "RUN mkdir /d; touch /d/f; chown 7:8 /d/f; ln /d/f /d/g; ln -s /d /way",
      "FROM scratch",
      "COPY --from=0 /way /got/",
      "",
    ].join("\n");
    expect(lab.build(lab.context("stages", recipe)).status).toBe(0);
    expect(lab.layer("COPY --from=0 /way /got/")).toEqual([
      "drwxr-xr-x 0/0 got/",
      "-rw-r--r-- 7/8 got/f",
      "hrw-r--r-- 7/8 got/g link to got/f",
    ]);
  });

  test.skipIf(!AS_ROOT)("a file that cannot be read, or is not there, is named with its line", () => {
    const context = lab.context("unreadable", "COPY secret /x\n", { secret: "s" });
    chmodSync(join(context, "secret"), 0o600);
    const built = lab.build(context);
    expect(built.stderr).toMatch(/cannot read .*secret: .*denied[\s\S]*> 2 \| COPY secret/);
    const missing = lab.build(lab.context("missing", "COPY nothing /x\n"));
    expect(missing.stderr).toMatch(/"nothing" was not found in the build context[\s\S]*> 2 \| COPY nothing/);
  });

  test("ADD unpacks archives whatever they are packed with, and nothing of them leaves the image", async () => {
    const archive = pack();
    archive.entry({ name: "d/", type: "directory", mode: 0o750 });
    archive.entry({ name: "d/f", mode: 0o600, uid: 5, gid: 6, mtime: new Date(0) }, "content");
    archive.entry({ name: "up", type: "symlink", linkname: "../../../../../../tmp" });
    archive.entry({ name: "up/inside", mode: 0o644 }, "x");
    archive.finalize();
    const plain = await buffer(archive);
    const context = lab.context("add", "ADD a.tar /a/\nADD a.tar.gz /b/\n", { "a.tar": plain });
    execFileSync("gzip", ["-k", join(context, "a.tar")]);
    expect(lab.build(context).stderr).toContain("built");
    const names = [
      "drwxr-xr-x 0/0 a/",
      "drwxr-x--- 0/0 a/d/",
      "-rw------- 5/6 a/d/f",
      "lrwxrwxrwx 0/0 a/up -> ../../../../../../tmp",
    ];
    expect(lab.layer("ADD a.tar /a/")).toEqual([...names, "drwxrwxrwt 0/0 tmp/", "-rw-r--r-- 0/0 tmp/inside"]);
    const hostile = pack();
    hostile.entry({ name: "../../../../tmp/evil" }, "x");
    hostile.finalize();
    const refused = lab.build(lab.context("evil", "ADD e.tar /a/\n", { "e.tar": await buffer(hostile) }));
    expect(refused.status).toBe(255);
    expect(refused.stderr).toMatch(/cannot unpack .*e\.tar[\s\S]*> 2 \| ADD e.tar/);
  });

  test("extended attributes travel with files through archives and stages", async () => {
    const archive = pack();
    archive.entry({ name: "f", pax: { "SCHILY.xattr.user.mine": "kept" } }, "x");
    archive.finalize();
    const recipe = "ADD a.tar /attributes/\nFROM scratch\nCOPY --from=0 /attributes/f /g\n";
    expect(lab.build(lab.context("attributes", recipe, { "a.tar": await buffer(archive) })).stderr).toContain("built");
    for (const title of ["ADD a.tar /attributes/", "COPY --from=0 /attributes/f /g"]) {
      expect(lab.bytes(title).toString("latin1")).toContain("SCHILY.xattr.user.mine=kept");
    }
  });

  test("what .dockerignore leaves out is not seen in a mount of the context", () => {
    const recipe = "RUN --mount=type=bind,target=/c ls /c; test ! -e /c/hidden; test -e /c/seen\n";
    const built = lab.build(lab.context("ignored", recipe, { ".dockerignore": "hidden", hidden: "", seen: "" }));
    expect(built.stderr).toContain("built");
  });

  test.skipIf(isEmulated("mips64le"))("a base that this machine cannot run is refused before anything is run", () => {
    const recipe = `FROM oci:${lab.dir}/image:foreign\nRUN true\n`;
    const built = lab.build(lab.context("foreign", "", { Dockerfile: recipe }));
    expect(built.status).toBe(255);
    expect(built.stderr).toMatch(/RUN true needs programs for mips64le[\s\S]*> 2 \| RUN true/);
  });

  test("mounts of RUN are there for the step and in no layer; secrets are in no byte of the cache", () => {
    const secret = "a-secret-nobody-may-find";
    writeFileSync(join(lab.dir, "work/secret.txt"), `${secret}\n`);
    const recipe = [
      'RUN --mount=type=secret,id=s cat /run/secrets/s; test $(cat /run/secrets/s) = a-secret-nobody-may-"find"',
      "RUN --mount=type=cache,target=/var/cache/x echo line >> /var/cache/x/log; cat /var/cache/x/log | wc -l",
      "RUN --mount=type=tmpfs,target=/scratch touch /scratch/x",
      "RUN --mount=type=bind,target=/ctx,rw touch /ctx/new; cat /ctx/Dockerfile > /dev/null",
      "RUN --network=none test $(cat /proc/net/dev | wc -l) = 3",
      "",
    ].join("\n");
    const context = lab.context("mounts", recipe);
    const built = lab.build(context, "--secret", `id=s,src=${join(lab.dir, "work/secret.txt")}`);
    expect(built.stderr).toContain("built");
    expect(built.stderr).not.toContain(secret);
    for (const line of recipe.trim().split("\n")) expect(lab.layer(line)).toEqual([]);
    const found = execFileSync("sh", [
      "-c",
      'grep -rlF "$1" "$2" "$3" || true',
      "grep",
      secret,
      join(lab.dir, "cache"),
      `${context}.oci`,
    ]);
    expect(found.toString()).toBe("");
  });

  test("the same steps are taken from the cache and come to the same image; other content is not", () => {
    const context = lab.context("again", "COPY f /f\nRUN cat /f > /g\n", { f: "one" });
    expect(lab.build(context).status).toBe(0);
    const first = lab.manifest(context);
    const second = lab.build(context);
    expect(second.stderr).toMatch(/COPY f \/f \(cached\)\n.*RUN cat \/f > \/g \(cached\)/);
    expect(lab.manifest(context)).toBe(first);
    writeFileSync(join(context, "f"), "two");
    expect(lab.build(context).stderr).not.toContain("(cached)");
    expect(lab.build(context, "--no-cache").stderr).not.toContain("(cached)");
  });

  test("a sandbox belongs to its user, made in the namespace or out of the cache", () => {
    const context = lab.context("sandbox", "RUN mkdir /d; touch /d/f; chown 33:34 /d /d/f; chmod 750 /d/f\n");
    for (const name of ["first", "second"]) {
      expect(lab.berth("build", "--sandbox", name, context).stderr).toContain("built");
      const { uid, gid, mode } = statSync(join(lab.dir, "work", name, "d/f"));
      expect([uid, gid, mode & 0o7777]).toEqual([lab.user.uid, lab.user.gid, 0o750]);
    }
  });

  test("an existing target is refused before anything is done", () => {
    const context = lab.context("target", "RUN echo never-said\n");
    writeFileSync(join(lab.dir, "work/there.sif"), "mine");
    const built = lab.berth("build", "there.sif", context);
    expect(built.status).toBe(255);
    expect(built.stderr).toContain("already exists");
    expect(built.stderr).not.toContain("never-said");
  });

  test("a definition file copies as cp does, and what it makes runs", () => {
    mkdirSync(join(lab.dir, "work/tree/sub"), { recursive: true });
    writeFileSync(join(lab.dir, "work/tree/sub/f"), "text\n");
    symlinkSync("sub/f", join(lab.dir, "work/tree/link"));
    const recipe = `Bootstrap: oci\nFrom: ${lab.dir}/image:base\n\n%files\n    tree /opt\n\n%post\n    test ! -L /opt/tree/link\n    cat /opt/tree/link\n`;
    writeFileSync(join(lab.dir, "work/t.def"), recipe);
    const built = lab.berth("build", "t.sif", "t.def");
    expect(built.stderr).toMatch(/\| text\n[\s\S]*built t\.sif/);
  });

  test("cleaning removes what other ids own", () => {
    const cleaned = lab.berth("cache", "clean", "--force", "--type", "build");
    expect(cleaned.stdout).toContain("freed");
    expect(lab.berth("cache", "list", "--verbose", "--type", "build").stdout).not.toContain("build\n");
  });
});
