// The two builders of the table, and the base images that both are given.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestImage, writeLayout } from "../../support/oci-image.ts";
import { AS_ROOT, asUser, installed, type OrdinaryUser, ordinaryUser } from "../../support/ordinary-user.ts";
import type { Case, ContextEntry } from "./cases.ts";

const ROOT = join(import.meta.dirname, "../../..");
const BUSYBOX = "/bin/busybox";

/** What the table needs and this machine lacks; empty: nothing. */
export const absent = ["buildah", "busybox", "xz", "bzip2"].filter((name) => !installed(name)).join(", ");

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Writes the base images as a layout. */
export async function writeBases(dir: string): Promise<void> {
  const base = { entries: baseEntries() };
  const plain: TestImage = { layers: [base], config: { Env: [PATH], Cmd: ["/bin/sh"] } };
  const full = {
    ...{ Env: [PATH, "FROM_BASE=1"], Entrypoint: ["/entry"], Cmd: ["cmd"], User: "app", WorkingDir: "/opt" },
    ...{ Labels: { base: "label" }, ExposedPorts: { "1/tcp": {} }, Volumes: { "/vol": {} }, StopSignal: "SIGINT" },
    Healthcheck: { Test: ["CMD", "check"], Interval: 5_000_000_000 },
  };
  const tmp = {
    entries: [
      { path: "vol", mode: 0o777 },
      { path: "x", content: "", mode: 0o666 },
    ],
  };
  const onbuild = { Env: [PATH], OnBuild: ["COPY a /triggered", "RUN echo $PWD >/where", "ENV T=t"] };
  const one = [{ created_by: "base" }];
  const two = [...one, { created_by: "CMD x", empty_layer: true }, { created_by: "more" }];
  await writeLayout(dir, {
    base: { ...plain, history: one },
    bare: { layers: [base], config: {}, history: one },
    cmd: { layers: [base, tmp], config: full, history: two },
    other: {
      history: two,
      layers: [base, { entries: [{ path: "other", content: "other\n", uid: 3, gid: 4, mode: 0o640 }] }],
    },
    onbuild: { layers: [base], config: onbuild as TestImage["config"] & object, history: one },
    silent: { layers: [base, tmp], config: { Env: [PATH] } },
  });
}

function baseEntries(): TestImage["layers"][number]["entries"] {
  const applets = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).trim().split("\n");
  const tools = applets
    .filter((name) => name !== "busybox")
    .map((name) => ({ path: `bin/${name}`, target: "busybox" }));
  const passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home/app:/bin/sh\n";
  return [
    ...["bin", "dev", "proc", "sys", "run", "root", "home", "opt", "opt/app", "etc"].map((path) => ({ path })),
    { path: "tmp", mode: 0o1777 },
    { path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
    ...tools,
    { path: "home/app", uid: 1000, gid: 1001, mode: 0o700 },
    { path: "etc/passwd", content: passwd },
    { path: "etc/group", content: "root:x:0:\napp:x:1001:\nother:x:2000:app\n" },
    ...["hosts", "resolv.conf", "hostname"].map((name) => ({ path: `etc/${name}`, content: "" })),
    { path: "etc/motd", content: "hello\n" },
    { path: "opt/app/old", content: "old\n" },
  ];
}

/** A row of the table, with the places of this run in it. */
export interface Placed {
  readonly dir: string;
  readonly context: string;
  readonly file: string;
  readonly buildahFile: string;
  readonly args: readonly string[];
  readonly buildahArgs: readonly string[];
}

/** Writes the context and the recipes of a row. */
export function place(row: Case, dir: string, words: Readonly<Record<string, string>>): Placed {
  const context = join(dir, "context");
  mkdirSync(context, { recursive: true });
  chmodSync(context, 0o755);
  const filled = (text: string) =>
    text.replace(/\bCONTEXT\b/g, context).replace(/\b(?:BASE(?::\w+)?|URL|SUM|ID)\b/g, (word) => words[word] ?? word);
  for (const [path, entry] of Object.entries(row.context ?? {})) writeEntry(context, path, entry);
  // Whoever builds must be able to read it.
  if (AS_ROOT) execFileSync("chown", ["-R", `${ordinaryUser().uid}:${ordinaryUser().gid}`, context]);
  const [file, buildahFile] = [join(context, "Dockerfile"), join(dir, "Dockerfile.buildah")];
  writeFileSync(file, filled(row.file));
  writeFileSync(buildahFile, filled(row.buildah ?? row.file));
  return {
    dir,
    context,
    file,
    buildahFile,
    args: (row.args ?? []).map(filled),
    buildahArgs: (row.buildahArgs ?? row.args ?? []).map(filled),
  };
}

function writeEntry(context: string, path: string, entry: ContextEntry): void {
  const target = join(context, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  if (typeof entry === "string") writeFileSync(target, entry);
  else if (entry.link !== undefined) symlinkSync(entry.link, target);
  else if (entry.archive !== undefined) writeArchive(target, entry.archive);
  else writeFileSync(target, entry.content ?? "");
  if (typeof entry !== "string" && entry.mode !== undefined) chmodSync(target, entry.mode);
}

function writeArchive(target: string, flags: readonly string[]): void {
  const from = `${target}.d`;
  mkdirSync(join(from, "in/side"), { recursive: true });
  writeFileSync(join(from, "in/file"), "archived\n");
  writeFileSync(join(from, "in/side/tool"), "tool\n", { mode: 0o750 });
  symlinkSync("file", join(from, "in/link"));
  execFileSync("tar", [...flags, "--owner=21", "--group=22", "-cf", target, "-C", from, "in"]);
  execFileSync("rm", ["-r", from]);
}

/** What a builder left. */
export interface Built {
  readonly status: number | null;
  readonly output: string;
}

/** Builds with buildah into a folder of the transport `dir`, in Docker's format: OCI's has no place for health checks. */
export function buildWithBuildah(user: OrdinaryUser, placed: Placed, store: string, out: string): Promise<Built> {
  const storage = ["--storage-driver", "vfs", "--root", join(store, "root"), "--runroot", join(store, "run")];
  const flags = ["--isolation", "chroot", "--layers=false", "--format", "docker", "--network", "host"];
  const call = [...placed.buildahArgs, "-f", placed.buildahFile, "-t", `dir:${out}`, placed.context];
  const env = { HOME: store, XDG_RUNTIME_DIR: store, TMPDIR: store };
  return runAsync(user, ["buildah", ...storage, "bud", ...flags, ...call], { cwd: placed.dir, env });
}

/** Builds with berth into an OCI layout. */
export function buildWithBerth(
  user: OrdinaryUser,
  placed: Placed,
  cache: string,
  out: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Built> {
  const env = { HOME: cache, XDG_RUNTIME_DIR: cache, BERTH_CACHEDIR: cache, ...variables };
  const call = [...placed.args, "--file", placed.file, `oci:${out}:x`, placed.context];
  return runAsync(user, [join(process.env["BERTH_TEST_BUILD"] ?? join(ROOT, "build"), "berth"), "build", ...call], {
    cwd: placed.dir,
    env,
  });
}

// Not `spawnSync`: the server that the builds fetch from lives in this process.
function runAsync(
  user: OrdinaryUser,
  argv: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Built> {
  const [command = "false", ...args] = asUser(user, argv);
  const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", USER: user.name, ...options.env };
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("close", (status) => resolve({ status, output }));
  });
}

/** True when this user can build with buildah here. */
export async function buildahWorks(user: OrdinaryUser, dir: string): Promise<boolean> {
  const placed = place({ name: "", file: "FROM scratch\nCOPY f /f\n", context: { f: "" } }, dir, {});
  return (await buildWithBuildah(user, placed, join(dir, "store"), join(dir, "out"))).status === 0;
}

/** Removes a folder in which builders worked: some of its files belong to the user's subordinate ids. */
export function removeWork(dir: string): void {
  if (!AS_ROOT) spawnSync("buildah", ["unshare", "rm", "-rf", dir], { stdio: "ignore" });
  rmSync(dir, { recursive: true, force: true });
}
