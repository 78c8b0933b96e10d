// What a recipe names outside its context leads nowhere else: links of strangers' folders stay inside them, names are no
// patterns, and nothing of the builder's machine comes along.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, installed, ordinaryUser } from "../../support/ordinary-user.ts";
import { type Built, buildWithBerth, place, removeWork, writeBases } from "./peers.ts";
import { readImage } from "./read-image.ts";

const absent = installed("busybox") ? "" : "busybox";

describe.skipIf(absent !== "")(`what lies outside the context${absent ? ` [needs ${absent}]` : ""}`, () => {
  let work: string;
  let server: Server;
  let base: string;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-outside-"));
    await writeBases(join(work, "bases"));
    base = `oci:${work}/bases:base`;
    for (const name of ["cache", "out", "files", "private"]) mkdirSync(join(work, name));
    writeFileSync(join(work, "private/key"), "private\n");
    symlinkSync(join(work, "private/key"), join(work, "files/key"));
    symlinkSync("../private", join(work, "files/up"));
    writeFileSync(join(work, "files/good"), "good\n");
    symlinkSync("/good", join(work, "files/absolute"));
    mkdirSync(join(work, "filtered"));
    for (const name of ["shown", "left.out"]) writeFileSync(join(work, "filtered", name), name);
    writeFileSync(join(work, "filtered/.dockerignore"), "*.out\n");
    const { uid, gid } = ordinaryUser();
    if (AS_ROOT) execFileSync("chown", ["-hR", `${uid}:${gid}`, work]);
    server = createServer((request, response) => {
      response.end(request.headers.authorization ? "with a login\n" : `${request.url}\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
    removeWork(work);
  });

  const build = (name: string, file: string, args: readonly string[] = []): Promise<Built> => {
    const placed = place({ name, file, args }, join(work, `recipe-${name}`), { BASE: base });
    return buildWithBerth(ordinaryUser(), placed, join(work, "cache"), join(work, "out", name));
  };
  const files = () => ["--build-context", `files=${work}/files`];

  test.each(["key", "up/key", "../private/key"])("a named context does not lead to %s", async (path) => {
    const name = path.replaceAll(/\W/g, "");
    const copied = await build(`copy${name}`, `FROM BASE\nCOPY --from=files ${path} /x\n`, files());
    expect(copied).toMatchObject({ status: 255, output: expect.stringContaining("was not found") });
    const bound = await build(
      `bind${name}`,
      `FROM BASE\nRUN --mount=type=bind,from=files,source=${path},target=/x cat /x >/y\n`,
      files(),
    );
    expect(bound.status).toBe(255);
    expect(`${copied.output}${bound.output}`).not.toContain("private\n");
  });

  test("an absolute link is followed inside it, and what is bound can be written to without effect", async () => {
    const recipe = `FROM BASE
COPY --from=files absolute /x
RUN --mount=type=bind,from=files,target=/f,rw echo changed >/f/good && cat /f/good >/y
RUN --mount=type=bind,from=files,target=/f cat /f/good >/z
`;
    expect(await build("links", recipe, files())).toMatchObject({ status: 0 });
    const { tree } = await readImage(join(work, "out/links"));
    expect([tree["/x"], tree["/y"], tree["/z"]]).toMatchObject(
      ["good", "changed", "good"].map((text) => expect.stringContaining(`"${text}\\n"`)),
    );
  });

  test("what the .dockerignore of a named context leaves out is neither copied nor bound", async () => {
    const recipe = `FROM BASE
COPY --from=filtered . /copied
RUN --mount=type=bind,from=filtered,target=/f ls /f >/seen
`;
    const args = ["--build-context", `filtered=${work}/filtered`];
    expect(await build("filtered", recipe, args)).toMatchObject({ status: 0 });
    const { tree } = await readImage(join(work, "out/filtered"));
    expect(Object.keys(tree).filter((path) => /^\/copied\/[a-z]/.test(path))).toEqual(["/copied/shown"]);
    expect(tree["/seen"]).toContain('"shown\\n"');
  });

  test("the name in a URL is no pattern, and its login stays out of the image", async () => {
    const url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const recipe = `FROM BASE\nADD http://${url}/a%5B1%5D%2A.bin /d/\nADD http://user:letmein@${url}/x /x\n`;
    const built = await build("url", recipe);
    expect(built).toMatchObject({ status: 0 });
    const { tree, bytes } = await readImage(join(work, "out/url"));
    expect(tree["/d/a[1]*.bin"]).toContain("%5B1%5D%2A");
    expect(tree["/x"]).toContain("with a login");
    for (const piece of bytes) expect(piece.includes("letmein")).toBe(false);
  });
});
