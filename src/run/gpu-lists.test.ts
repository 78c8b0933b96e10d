import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CacheEntry, EMPTY_CACHE, extendLdCache, writeLdCache } from "../elf/ld-cache.ts";
import { findDevices } from "./cdi.ts";
import { AMD, type Machine, NVIDIA } from "./cdi-visible.ts";
import { gpuListEdits } from "./gpu-list-edits.ts";
import { meansLibrary, parseGpuList } from "./gpu-lists.ts";

describe("a list of a vendor's files", () => {
  test("names libraries, programs and files; comments and odd lines are passed over", () => {
    const text = "# driver\nlibcuda.so\nlibx.so.2 # two\n\nnvidia-smi\n/etc/OpenCL/nvidia.icd\na b\n/a/../b\nx/y\n";
    expect(parseGpuList(text)).toEqual({
      libraries: ["libcuda.so", "libx.so.2"],
      programs: ["nvidia-smi"],
      files: ["/etc/OpenCL/nvidia.icd"],
    });
  });

  test.each<[string, boolean]>([
    ["libcuda.so", true],
    ["libcuda.so.1", true],
    ["libcudart.so.1", false],
    ["libcuda.so2", false],
  ])("with libcuda.so means %s: %j", (name, means) => {
    expect(meansLibrary("libcuda.so", name)).toBe(means);
  });
});

describe("GPUs of a host without CDI specifications", () => {
  let dir = "";
  const place = (name: string) => join(dir, name);
  const line = (name: string, path: string, more: Partial<CacheEntry> = {}) => ({
    ...{ flags: 0x303, name, path, osVersion: 0, hwcap: 0n },
    ...more,
  });
  const places = () => ({ lists: [place("none"), place("conf")], cache: place("cache"), dev: place("dev") });
  const machine = (more: Partial<Machine> = {}): Machine => ({
    ...{ env: { PATH: place("bin") }, usable: () => true, uuids: new Map(), ownNodes: true },
    ...more,
  });
  const summary = (edits: ReturnType<typeof gpuListEdits>) => edits?.mounts.map(({ target }) => target);

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-gpus-"));
    for (const name of ["conf", "lib", "bin", "dev/nvidia-caps", "dev/dri"])
      mkdirSync(place(name), { recursive: true });
    for (const name of ["libcuda.so.1", "libcuda32.so", "libother.so"]) writeFileSync(place(`lib/${name}`), "");
    writeFileSync(place("bin/gpu-tool"), "", { mode: 0o755 });
    writeFileSync(
      place("conf/nvliblist.conf"),
      `libcuda.so\ngpu-tool\nno-such-tool\n${place("conf/nvliblist.conf")}\n`,
    );
    const nodes = ["nvidia0", "nvidia1", "nvidia10", "nvidiactl", "nvidia-caps/nvidia-cap1", "kfd", "dri/card0"];
    for (const name of [...nodes, "dri/renderD128", "dri/renderD129"]) symlinkSync("/dev/null", place(`dev/${name}`));
    const lines = [
      line("libc.so.6", "/lib/libc.so.6"),
      line("libcuda.so.1", place("lib/libcuda.so.1")),
      line("libcuda.so.1", place("lib/libcuda32.so"), { flags: 3 }),
      line("libcuda.so", "/nonexistent/libcuda.so"),
      line("libother.so", place("lib/libother.so")),
    ];
    writeFileSync(place("cache"), writeLdCache(extendLdCache(EMPTY_CACHE, lines)));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const FILES = () => ["/.singularity.d/libs/libcuda.so.1", "/usr/bin/gpu-tool", place("conf/nvliblist.conf")];

  test("are nodes, the libraries of the host's linker, programs and files", () => {
    const edits = gpuListEdits(NVIDIA, machine(), places());
    const nodes = ["nvidiactl", "nvidia-caps/nvidia-cap1", "nvidia0", "nvidia1", "nvidia10"].map(
      (name) => `/dev/${name}`,
    );
    expect(summary(edits)).toEqual([...nodes, ...FILES()]);
    expect(edits?.mounts).toContainEqual({
      ...{ op: "bind", source: place("lib/libcuda.so.1"), target: FILES()[0], flags: ["ro"] },
    });
    expect(edits?.libraryFolders).toEqual(["/.singularity.d/libs"]);
  });

  test("are not bound into the host's own /dev", () => {
    expect(summary(gpuListEdits(NVIDIA, machine({ ownNodes: false }), places()))).toEqual(FILES());
  });

  test("are those that a task is bound to", () => {
    const env = { CUDA_VISIBLE_DEVICES: "2" };
    const edits = gpuListEdits(NVIDIA, machine({ env }), places());
    expect(summary(edits)?.filter((path) => /nvidia\d/.test(path))).toEqual(["/dev/nvidia10"]);
    expect([...(edits?.env ?? [])]).toEqual([["CUDA_VISIBLE_DEVICES", "0"]]);
    const none = gpuListEdits(NVIDIA, machine({ env: { CUDA_VISIBLE_DEVICES: "NoDevFiles" } }), places());
    expect(summary(none)?.filter((path) => /nvidia\d/.test(path))).toEqual([]);
    const nothing = gpuListEdits(NVIDIA, machine({ env: { NVIDIA_VISIBLE_DEVICES: "void" } }), places());
    expect(summary(nothing)).toEqual([]);
  });

  test("of AMD are kfd and their own nodes; those of displays only when all are there", () => {
    const of = (env: Record<string, string>) => summary(gpuListEdits(AMD, machine({ env }), places()));
    const nodes = (paths: readonly string[] | undefined) => paths?.filter((path) => path.startsWith("/dev/"));
    expect(nodes(of({}))).toEqual(["/dev/kfd", "/dev/dri/card0", "/dev/dri/renderD128", "/dev/dri/renderD129"]);
    expect(nodes(of({ ROCR_VISIBLE_DEVICES: "1" }))).toEqual(["/dev/kfd", "/dev/dri/renderD129"]);
  });

  test("that are not there are nothing, whatever libraries there are", () => {
    const empty = { ...places(), dev: place("none") };
    expect(gpuListEdits(AMD, machine(), empty)).toBeUndefined();
    expect(gpuListEdits(NVIDIA, machine(), { ...empty, cache: place("none"), lists: [] })).toBeUndefined();
  });

  test("are found by --nv when no specification is there, without a word", async () => {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const log = { debug: say, info: say, warn: say, error: say };
    const wish = { names: ["?nvidia.com/gpu=all"], dirs: [place("none")], env: {}, dev: { minimal: true, ipc: false } };
    const edits = await findDevices({ ...wish, log, places: places() });
    expect(edits.mounts.map(({ target }) => target)).toContain("/dev/nvidia10");
    expect(said).toEqual([]);
  });
});

const NEEDED = ["ldconfig", "/sbin/ldconfig"].some((name) => spawnSync(name, ["--version"]).status === 0);

test.skipIf(!NEEDED)("the libraries of this host [skipped without ldconfig] are found as ldconfig tells them", () => {
  const dir = mkdtempSync(join(tmpdir(), "berth-gpus-"));
  try {
    writeFileSync(join(dir, "nvliblist.conf"), "libc.so\n");
    const machine = { env: {}, usable: () => true, uuids: new Map(), ownNodes: false };
    const edits = gpuListEdits(NVIDIA, machine, { lists: [dir], cache: "/etc/ld.so.cache", dev: dir });
    const text = execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
    const path = /^\tlibc\.so\.6 \(libc6,[^)]*64[^)]*\) => (.*)$/m.exec(text)?.[1];
    expect(edits?.mounts).toContainEqual(expect.objectContaining({ source: path }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
