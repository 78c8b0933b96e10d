// A secret of a step is in no layer, no history, no record of the cache and no output: every byte that a build leaves is
// searched for it.

import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, installed, ordinaryUser } from "../../support/ordinary-user.ts";
import { type Built, buildWithBerth, type Placed, place, removeWork, writeBases } from "./peers.ts";
import { readImage } from "./read-image.ts";

const absent = installed("busybox") ? "" : "busybox";
const SECRET = "hunter2-7f3a9c";
const VARIABLE = "topsecret-51e0d2";

// What a careless recipe does with its secrets: shows them, and keeps what is derived from them.
const RECIPE = `FROM BASE
RUN --mount=type=secret,id=file --mount=type=secret,id=variable,env=TOKEN --mount=type=secret,id=file,target=/etc/own,mode=0444,uid=7 \\
  cat /run/secrets/file && echo "token $TOKEN" && stat -c %a:%u /run/secrets/file /etc/own >/modes && \\
  wc -c </run/secrets/file >/length && echo \${#TOKEN} >>/length
RUN ls /run/secrets /etc/own 2>&1 | wc -l >/after; env | grep -c TOKEN >>/after; true
`;

describe.skipIf(absent !== "")(`secrets of a build${absent ? ` [needs ${absent}]` : ""}`, () => {
  let work: string;
  let placed: Placed;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-secrets-"));
    await writeBases(join(work, "bases"));
    const file = `oci:${work}/bases:base`;
    const args = ["--secret", `id=file,src=${work}/secret`, "--secret", "id=variable,env=THE_TOKEN"];
    placed = place({ name: "", file: RECIPE, args }, join(work, "recipe"), { BASE: file });
    for (const name of ["cache", "out"]) mkdirSync(join(work, name));
    writeFileSync(join(work, "secret"), `${SECRET}\n`);
    if (AS_ROOT)
      for (const name of ["", "cache", "out", "secret"])
        chownSync(join(work, name), ordinaryUser().uid, ordinaryUser().gid);
  });
  afterAll(() => removeWork(work));

  const build = (out: string, more: Partial<Placed> = {}): Promise<Built> =>
    buildWithBerth(ordinaryUser(), { ...placed, ...more }, join(work, "cache"), join(work, "out", out), {
      THE_TOKEN: VARIABLE,
    });

  test("are there for their step, and nowhere else", async () => {
    const built = await build("one");
    expect(built).toMatchObject({ status: 0 });
    const { tree, bytes } = await readImage(join(work, "out/one"));
    const contents = ["/modes", "/length", "/after"].map((path) => tree[path]);
    expect(contents).toMatchObject([
      expect.stringContaining("400:0\\n444:7\\n"),
      expect.stringContaining(`${SECRET.length + 1}\\n${VARIABLE.length}\\n`),
      expect.stringContaining("2\\n0\\n"),
    ]);
    expect(built.output).not.toMatch(new RegExp(`${SECRET}|${VARIABLE}`));
    for (const piece of [...bytes, ...everything(join(work, "out")), ...everything(join(work, "cache"))]) {
      for (const secret of [SECRET, VARIABLE]) expect(piece.includes(secret)).toBe(false);
    }
  });

  test("do not decide the cache's keys", async () => {
    writeFileSync(join(work, "secret"), "another\n");
    const built = await build("two");
    expect(built).toMatchObject({ status: 0, output: expect.stringContaining("(cached)") });
  });

  test("that are required and not given, or cannot be read, are told by name", async () => {
    const needs = "FROM BASE\nRUN --mount=type=secret,id=file,required cat /run/secrets/file\n";
    const other = place({ name: "", file: needs }, join(work, "needs"), { BASE: `oci:${work}/bases:base` });
    expect(await build("three", other)).toMatchObject({
      status: 255,
      output: expect.stringContaining('secret "file"'),
    });
    const gone = await build("three", { ...other, args: ["--secret", `id=file,src=${work}/nowhere`] });
    expect(gone).toMatchObject({ status: 255, output: expect.stringContaining('secret "file" cannot be read') });
  });

  test("a step reaches the caller's ssh agent, and no other does", async () => {
    const socket = join(work, "agent");
    const server = createServer((client) =>
      client.on("data", () => client.end(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]))),
    );
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    if (AS_ROOT) chownSync(socket, ordinaryUser().uid, ordinaryUser().gid);
    const recipe =
      'FROM BASE\nRUN --mount=type=ssh test -S $SSH_AUTH_SOCK && echo yes >/yes\nRUN test -z "$SSH_AUTH_SOCK"\n';
    const asks = place({ name: "", file: recipe, args: ["--ssh", `default=${socket}`] }, join(work, "ssh"), {
      BASE: `oci:${work}/bases:base`,
    });
    expect(await build("four", asks)).toMatchObject({ status: 0 });
    server.close();
  });
});

/** Every file below a folder, unpacked where it is packed. */
function* everything(folder: string): Generator<Buffer> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    yield bytes;
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) yield gunzipSync(bytes);
    else if (bytes.subarray(0, 4).toString("hex") === "28b52ffd") yield zstdDecompressSync(bytes);
  }
}
