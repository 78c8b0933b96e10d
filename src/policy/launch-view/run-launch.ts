// Run lines of a job script as launches.

import type { SourceText } from "../../base/source.ts";
import { type RunLine, type RunOption, runLinesOf } from "../../recipe/runline/index.ts";
import { runMounts } from "./run-mounts.ts";
import { portOfWord } from "./spec-words.ts";
import type { LaunchTool, LaunchView, Placed } from "./types.ts";

/** The launches of a script, in their order. */
export function runLaunches(source: SourceText): readonly LaunchView[] {
  return runLinesOf(source.text).map((line) => launchOf(source, line));
}

const ENGINES: ReadonlySet<LaunchTool> = new Set(["docker", "podman", "podman-hpc"]);

function launchOf(source: SourceText, line: RunLine): LaunchView {
  const tool = line.tool === "singularity" ? "apptainer" : line.tool;
  const engine = ENGINES.has(tool);
  const { range, image, command, subcommand } = line;
  return {
    ...{ source, tool, range, engine, mounts: runMounts(source.text, line) },
    name: subcommand === "" ? tool : subcommand,
    service: switchOf(line, "detach")?.value === true || subcommand.startsWith("instance"),
    image: image?.value === undefined ? undefined : { value: image.value, range: image.range },
    ...(engine ? ofEngine(line) : NOTHING),
    environment: environmentOf(line),
    command: [
      ...valuesOf(line, "entrypoint"),
      ...command.map((word) => ({ value: word.value ?? word.text, range: word.range })),
    ],
    flags: [
      ...line.options.map((option) => ({ name: option.name, value: option.value, range: option.range })),
      ...(tool === "apptainer" ? flagsOfVariables(line) : []),
    ],
    insertion: undefined,
    stack: undefined,
    problems: line.problems,
  };
}

type OfEngine = Pick<
  LaunchView,
  | ("user" | "privileged" | "ports" | "capAdd" | "capDrop" | "securityOptions" | "namespaces" | "readOnlyRoot")
  | ("terminal" | "limits" | "logDriver" | "healthCheck" | "pull")
>;

const NOTHING: OfEngine = {
  ...{
    user: undefined,
    privileged: undefined,
    ports: [],
    capAdd: [],
    capDrop: [],
    securityOptions: [],
    namespaces: [],
  },
  ...{ readOnlyRoot: undefined, terminal: undefined, limits: { memory: false, processes: false, cpus: false } },
  ...{ logDriver: undefined, healthCheck: undefined, pull: undefined },
};

function ofEngine(line: RunLine): OfEngine {
  const has = (...names: readonly string[]) => line.options.some(({ name }) => names.includes(name));
  return {
    user: valuesOf(line, "user").at(-1),
    privileged: switchOf(line, "privileged"),
    ports: valuesOf(line, "publish").map(({ value, range }) => portOfWord(value, range)),
    capAdd: valuesOf(line, "cap-add").map(capability),
    capDrop: valuesOf(line, "cap-drop").map(capability),
    securityOptions: valuesOf(line, "security-opt"),
    namespaces: NAMESPACES.flatMap(([option, kind]) => valuesOf(line, option).map((value) => ({ ...value, kind }))),
    readOnlyRoot: switchOf(line, "read-only"),
    terminal: switchOf(line, "tty"),
    limits: { memory: has("memory"), processes: has("pids-limit"), cpus: has("cpus", "cpu-quota") },
    logDriver: valuesOf(line, "log-driver").at(-1),
    healthCheck: has("no-healthcheck") ? false : has("health-cmd") ? true : undefined,
    pull: valuesOf(line, "pull").at(-1)?.value,
  };
}

const NAMESPACES = [
  ["network", "network"],
  ["net", "network"],
  ["pid", "pid"],
  ["ipc", "ipc"],
  ["uts", "uts"],
  ["userns", "user"],
  ["cgroupns", "cgroup"],
] as const;

/** Values of an option, where they are known. */
function valuesOf({ options }: RunLine, name: string): readonly Placed<string>[] {
  return options.flatMap((option) => (option.name === name && option.value !== undefined ? [placed(option)] : []));
}

function placed({ value = "", valueRange, range }: RunOption): Placed<string> {
  return { value, range: valueRange ?? range };
}

function capability({ value, range }: Placed<string>): Placed<string> {
  return { value: value.toUpperCase().replace(/^CAP_/, ""), range };
}

/** A switch; `--privileged=false` is off. */
function switchOf({ options }: RunLine, name: string): Placed<boolean> | undefined {
  const option = options.findLast((one) => one.name === name);
  return option && { value: !/^(false|0|f)$/i.test(option.value ?? "true"), range: option.range };
}

const AS_FLAG =
  /^(?:APPTAINER|SINGULARITY)_(WRITABLE(?:_TMPFS)?|OVERLAY|KEEP_PRIVS|ADD_CAPS|ALLOW_SETUID|FAKEROOT|CONTAIN(?:ALL)?|COMPAT|NO_HOME|NO_MOUNT)$/;

// Apptainer takes its options from variables, too; a switch is on when it is true.
function flagsOfVariables({ environment }: RunLine): LaunchView["flags"] {
  return environment.flatMap(({ name, value, range }) => {
    const option = AS_FLAG.exec(name)?.[1];
    if (option === undefined || value === undefined || /^(?:0|f|false|)$/i.test(value)) return [];
    return [{ name: option.toLowerCase().replaceAll("_", "-"), value, range }];
  });
}

type Variable = LaunchView["environment"][number];

function environmentOf(line: RunLine): LaunchView["environment"] {
  const given = line.options.flatMap((option): Variable[] => {
    if (option.name !== "env" || option.value === undefined) return [];
    const equals = option.value.indexOf("=");
    const range = option.valueRange ?? option.range;
    if (equals < 0) return [{ name: option.value, value: undefined, range }];
    return [{ name: option.value.slice(0, equals), value: option.value.slice(equals + 1), range }];
  });
  // Apptainer hands these on without their prefix.
  const handed = line.environment.flatMap(({ name, value, range }): Variable[] => {
    const inside = /^(?:APPTAINER|SINGULARITY)ENV_(\w+)$/.exec(name)?.[1];
    return inside === undefined ? [] : [{ name: inside, value, range }];
  });
  return [...given, ...handed];
}
