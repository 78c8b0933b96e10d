// Every Dockerfile of the table is built by berth and by buildah, and what comes out is compared: configuration and tree
// (owners, modes, contents, links; times are the builders' own).

import { createHash } from "node:crypto";
import { chownSync, mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, type OrdinaryUser, ordinaryUser } from "../../support/ordinary-user.ts";
import { CASES } from "./cases.ts";
import { absent, buildahWorks, buildWithBerth, buildWithBuildah, place, removeWork, writeBases } from "./peers.ts";
import { type ReadImage, readImage } from "./read-image.ts";

const FILE = Buffer.from("a file on a server\n");
const ROOT: OrdinaryUser = { name: "root", uid: 0, gid: 0, home: "/root" };

describe.skipIf(absent !== "")(`Dockerfiles, as buildah builds them${absent ? ` [needs ${absent}]` : ""}`, () => {
  let work: string;
  let server: Server;
  let peer: OrdinaryUser;
  let words: Readonly<Record<string, string>>;

  beforeAll(async () => {
    // In small letters: buildah takes the folder of a layout for a part of an image's name.
    work = join(tmpdir(), `berth-dockerfiles-${process.pid}`);
    mkdirSync(work, { mode: 0o755 });
    await writeBases(join(work, "bases"));
    server = createServer((_, response) => response.end(FILE));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const tags = ["base", "bare", "cmd", "other", "onbuild", "silent"].map((tag) => [
      tag === "base" ? "BASE" : `BASE:${tag}`,
      tag,
    ]);
    words = {
      ...Object.fromEntries(tags.map(([word, tag]) => [word, `oci:${work}/bases:${tag}`])),
      URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      SUM: createHash("sha256").update(FILE).digest("hex"),
      ID: work,
    };
    peer = !AS_ROOT || (await buildahWorks(ordinaryUser(), folder("probe"))) ? ordinaryUser() : ROOT;
  });
  afterAll(() => {
    server?.close();
    if (work) removeWork(work);
  });

  const folder = (name: string) => {
    const dir = join(work, name);
    mkdirSync(dir, { recursive: true });
    if (AS_ROOT) chownSync(dir, ordinaryUser().uid, ordinaryUser().gid);
    return dir;
  };

  // Side by side: most of the time is waiting for disks.
  test.concurrent.each(CASES.map((row, index) => [row.name, row, index] as const))("%s", async (_, row, index) => {
    const dir = folder(String(index));
    const placed = place(row, dir, words);
    const [theirs, ours] = await Promise.all([
      buildWithBuildah(peer, placed, folder(`${index}/store`), join(dir, "theirs")),
      buildWithBerth(ordinaryUser(), placed, folder("berth"), join(dir, "ours")),
    ]);
    expect(theirs).toMatchObject({ status: 0 });
    expect(ours).toMatchObject({ status: 0 });
    const [left, right] = [await readImage(join(dir, "ours")), await readImage(join(dir, "theirs"))];
    const different = (row.differs ?? []).flatMap(({ what }) => what);
    expect(compared(left, different)).toEqual(compared(right, different));
    // A difference that is no more must not stay in the table.
    for (const what of different) expect([what, part(left, what)]).not.toEqual([what, part(right, what)]);
    expect(left.history.filter(({ empty_layer }) => !empty_layer)).toHaveLength(left.layers);
  });
});

function compared(image: ReadImage, different: readonly string[]): object {
  const config = Object.entries(image.config).map(([name, value]) => [name, normal(name, value)]);
  const known = config.filter(([name, value]) => FIELDS.includes(String(name)) && value !== undefined);
  const drop = (entries: readonly (readonly unknown[])[]) =>
    entries.filter(([name]) => !different.includes(String(name)));
  return {
    config: Object.fromEntries(drop(known)),
    author: image.author || undefined,
    tree: Object.fromEntries(drop(Object.entries(image.tree))),
  };
}

function part(image: ReadImage, what: string): unknown {
  return what.startsWith("/") ? image.tree[what] : normal(what, image.config[what]);
}

const FIELDS = [
  ...["Env", "Cmd", "Entrypoint", "WorkingDir", "User", "Labels", "ExposedPorts", "Volumes", "StopSignal", "Shell"],
  ...["Healthcheck", "OnBuild"],
];

// Empty and absent are one; buildah adds its version as a label, and writes the root for no working directory.
function normal(name: string, value: unknown): unknown {
  if (name === "Env" && Array.isArray(value)) return [...value].sort();
  if (name === "Labels" && typeof value === "object" && value !== null) {
    const labels = Object.entries(value).filter(([label]) => label !== "io.buildah.version");
    return labels.length > 0 ? Object.fromEntries(labels) : undefined;
  }
  if (name === "WorkingDir" && value === "/") return undefined;
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return undefined;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : value;
}
