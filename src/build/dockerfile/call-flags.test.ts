import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAssignments, parseContexts, parseLabels, parseSecrets, parseSsh } from "./call-flags.ts";

const place = { cwd: "/here", env: { TOKEN: "t0p", SSH_AUTH_SOCK: "/nowhere" } };

describe("flags of a Dockerfile build", () => {
  test("--build-arg takes a value, or the environment's", () => {
    expect([...parseAssignments(["A=b=c", "TOKEN", "NONE", "E="], place.env)]).toEqual([
      ["A", "b=c"],
      ["TOKEN", "t0p"],
      ["E", ""],
    ]);
    expect([...parseLabels(["a=b", "c"])]).toEqual([
      ["a", "b"],
      ["c", ""],
    ]);
  });

  test("--build-context takes a folder or an image", () => {
    const here = { ...place, cwd: import.meta.dirname };
    const texts = ["f=../dockerfile", "s=job.ts", "d=docker://a:1", "i=docker-image://a:1", "o=oci-layout:///l:x"];
    expect([...parseContexts(texts, here).values()]).toMatchObject([
      { kind: "folder", path: import.meta.dirname },
      { kind: "image", source: { kind: "file" } },
      { kind: "image", source: { kind: "docker" } },
      { kind: "image", source: { kind: "docker" } },
      { kind: "image", source: { kind: "oci", path: "/l", tag: "x" } },
    ]);
    for (const text of ["x", "=x", "x=", "x=https://h/r.git", "x=nowhere", "x=job.ts/x", `x=${"x".repeat(300)}`]) {
      expect(() => parseContexts([text], here)).toThrow(expect.objectContaining({ code: "E_CONTEXT_FLAG" }));
    }
  });

  test("--secret takes a file or a variable, and repeats nothing", () => {
    const secrets = parseSecrets(
      ["id=a,src=f", "id=b,env=TOKEN", "id=TOKEN", "id=c", "type=env,id=d,src=TOKEN"],
      place,
    );
    expect(secrets.get("a")).toEqual({ kind: "file", path: "/here/f" });
    expect(secrets.get("c")).toEqual({ kind: "file", path: "/here/c" });
    for (const id of ["b", "TOKEN", "d"]) {
      const source = secrets.get(id);
      expect(source?.kind === "variable" && source.read()).toBe("t0p");
    }
    expect(JSON.stringify([...secrets])).not.toContain("t0p");
    expect(() => parseSecrets(["hunter2"], place)).toThrow(expect.not.stringContaining("hunter2"));
  });

  test("--ssh wants the socket of an agent", async () => {
    const dir = mkdtempSync(join(tmpdir(), "berth-ssh-"));
    const server = createServer().listen(join(dir, "s"));
    await new Promise((resolve) => server.once("listening", resolve));
    expect([...parseSsh([`a=${dir}/s`], place)]).toEqual([["a", `${dir}/s`]]);
    expect([...parseSsh(["default"], { cwd: "/", env: { SSH_AUTH_SOCK: join(dir, "s") } })]).toEqual([
      ["default", `${dir}/s`],
    ]);
    server.close();
    rmSync(dir, { recursive: true });
    for (const env of [{}, place.env]) {
      expect(() => parseSsh(["default"], { cwd: "/", env })).toThrow(expect.objectContaining({ code: "E_SSH_FLAG" }));
    }
  });
});
