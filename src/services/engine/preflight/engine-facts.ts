// What the practices about engines (DAE001, DAE002) want to know: from the engine's own words, and from the machine that it runs on
// where that is this one. What cannot be told is left out. Judges nothing.

import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { hasCode } from "../../../base/errors.ts";
import { attempt } from "../../../platform/doctor/read.ts";
import type { EngineFacts } from "../../../policy/practice-facts.ts";
import type { Engine, EngineInfo } from "../types.ts";

/** Facts of an engine that answered. Never throws for what an engine or a machine does not tell. */
export async function engineFacts(engine: Engine, info: EngineInfo, signal: AbortSignal): Promise<EngineFacts> {
  const isHere = engine.address.startsWith("unix:");
  const { kind, version, root, logDriver, hostName } = info;
  return {
    kind,
    hostNames: namesOf(isHere ? hostname() : hostName),
    version: version || undefined,
    logDriver: logDriver || undefined,
    bridgeSubnet: await bridgeSubnet(engine, signal),
    dataRootIsOwnMount: isHere ? await isOwnMount(root) : undefined,
    packageSource: isHere ? await packageOf(kind, signal) : undefined,
  };
}

/**
 * Facts where none of the usual sockets led to an engine (`failure`: why): that there is none counts only when every process of the
 * machine could be looked at. A Docker engine that keeps this user out is one all the same.
 */
export async function absentEngineFacts(failure: unknown): Promise<EngineFacts | undefined> {
  const commands = await runningCommands();
  const hostNames = namesOf(hostname());
  if (commands?.has("dockerd")) return { kind: "docker", hostNames };
  return commands && hasCode(failure, "E_ENGINE_ABSENT") ? { kind: undefined, hostNames } : undefined;
}

// A site may write the whole name or its first part.
function namesOf(host: string): readonly string[] {
  const [first = ""] = host.split(".");
  return [...new Set([host, first])].filter((name) => name !== "");
}

// Podman calls its own `podman`, and some versions `bridge` where they speak as Docker does.
async function bridgeSubnet(engine: Engine, signal: AbortSignal): Promise<EngineFacts["bridgeSubnet"]> {
  try {
    const networks = await engine.networks({}, { signal });
    const bridge = networks.find(({ name }) => name === "bridge" || name === "podman");
    if (!bridge) return null;
    return bridge.subnets.find((subnet) => !subnet.includes(":")) ?? bridge.subnets[0];
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

// What fills `/var` stops the machine as what fills `/` does.
async function isOwnMount(root: string): Promise<boolean | undefined> {
  try {
    const { dev } = await stat(root);
    const system = await Promise.all(["/", "/var"].map(async (path) => (await stat(path)).dev));
    return !system.includes(dev);
  } catch {
    return undefined;
  }
}

const PROGRAMS = { docker: "dockerd", podman: "podman" } as const;
const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"];

/** The package of the engine's program; null: of none; undefined: nobody can say, or there are several such programs. */
async function packageOf(kind: EngineInfo["kind"], signal: AbortSignal): Promise<string | null | undefined> {
  const places = FOLDERS.map((folder) => realpath(`${folder}/${PROGRAMS[kind]}`).catch(() => undefined));
  const [program, ...others] = new Set((await Promise.all(places)).flatMap((path) => path ?? []));
  return program === undefined || others.length > 0 ? undefined : await ownerOf(program, signal);
}

async function ownerOf(program: string, signal: AbortSignal): Promise<string | null | undefined> {
  const dpkg = await attempt("dpkg-query", ["--search", program], signal);
  const [, byDpkg] = /^([a-z0-9][a-z0-9+.-]*)(?::\w+)?: /m.exec(dpkg.stdout) ?? [];
  if (dpkg.status === 0 && byDpkg !== undefined) return byDpkg;
  const rpm = await attempt("rpm", ["--query", "--queryformat", "%{NAME}\n", "--file", program], signal);
  const [byRpm = ""] = rpm.stdout.split("\n");
  if (rpm.status === 0 && byRpm !== "") return byRpm;
  return dpkg.status === 1 || rpm.status === 1 ? null : undefined;
}

// Undefined where some users' processes are hidden from this one.
async function runningCommands(): Promise<ReadonlySet<string> | undefined> {
  const commandOf = (id: string) => readFile(`/proc/${id}/comm`, "utf8").catch(() => undefined);
  if ((await commandOf("1")) === undefined) return undefined;
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(ids.map(commandOf));
  return new Set(commands.map((command) => command?.trim() ?? ""));
}
