import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunStep, StepMount, StepOrigin } from "../types.ts";
import { buildPlaces, makePlaces } from "./places.ts";
import { type MountTools, prepareMounts } from "./step-mounts.ts";

const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
const AT: StepOrigin = { title: "RUN x", source: { name: "Dockerfile", text: "RUN x" }, range: { start: 0, end: 5 } };

describe("the mounts of a step", () => {
  let folder: string;
  let work: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "berth-step-mounts-"));
    work = join(folder, "work");
    mkdirSync(work);
    await makePlaces(buildPlaces(folder));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function prepare(mount: StepMount, fill: MountTools["fill"] = async () => undefined) {
    const step: RunStep = { kind: "run", argv: ["x"], env: {}, cwd: "/", mounts: [mount], network: "none" };
    return prepareMounts(step, AT, work, {
      ...{ places: buildPlaces(folder), signal: new AbortController().signal, fill },
      view: async () => folder,
      memory: async () => async () => undefined,
    });
  }

  test("hang up on an agent that a program left behind still speaks with", async () => {
    const socket = join(folder, "agent");
    const agent = createServer({ allowHalfOpen: true }, () => undefined);
    await new Promise<void>((resolve) => void agent.listen(socket, resolve));
    const prepared = await prepare({ kind: "ssh", target: "/agent", socket, mode: 0o600, uid, gid });
    const [record] = prepared.records;
    const client = connect({ path: record?.op === "bind" ? record.source : "", allowHalfOpen: true });
    await new Promise((resolve) => client.once("connect", resolve));
    await prepared.end();
    client.destroy();
    await new Promise((resolve) => agent.close(resolve));
  });

  const cache = (extra: object): StepMount => ({
    ...{ kind: "cache", target: "/cache", id: "one", sharing: "shared", readOnly: false, mode: 0o755, uid, gid },
    ...extra,
  });
  const from = { origin: { kind: "context" }, path: "/" } as const;

  test("leave no half-filled cache behind, which would pass for a whole one", async () => {
    const { mounts } = buildPlaces(folder);
    const broken = prepare(cache({ from }), async (dir) => {
      writeFileSync(join(dir, "half"), "");
      throw new Error("unreadable");
    });
    await expect(broken).rejects.toThrow("unreadable");
    expect(readdirSync(mounts)).toEqual([]);
    await prepare(cache({ from }), async (dir) => writeFileSync(join(dir, "whole"), ""));
    const [name = ""] = readdirSync(mounts);
    expect(readdirSync(join(mounts, name))).toEqual(["whole"]);
  });

  test("keep the cache of a build that was faster", async () => {
    const { mounts } = buildPlaces(folder);
    await prepare(cache({ from }), async (dir) => {
      await prepare(cache({ from }), async (other) => writeFileSync(join(other, "f"), "first"));
      writeFileSync(join(dir, "f"), "second");
    });
    const [name = ""] = readdirSync(mounts);
    expect(readFileSync(join(mounts, name, "f"), "utf8")).toBe("first");
    expect(existsSync(join(mounts, name))).toBe(true);
  });
});
