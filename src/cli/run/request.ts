// From the values of the flags to a request: short forms are spelled out, lists split, paths made absolute.

import { posix, resolve } from "node:path";
import { defineErrors } from "../../base/errors.ts";
import { parseSize } from "../../base/size.ts";
import { type BindRequest, parseBindFlag, parseMountFlag } from "../../run/binds.ts";
import type { LaunchRequest, OverlayRequest } from "../../run/request.ts";
import type { FlagValues } from "../flags.ts";
import type { RUN_FLAGS } from "./flags.ts";

const fail = defineErrors({
  E_NETWORK: {
    text: "network requires root or a suid installation: an ordinary user can have no network (--network none) or the host's (--network host)",
    hint: "add --network none, or leave --net out",
  },
  E_NETWORK_NAME: { text: 'the network "{name}" is not known here', hint: "use --network none or --network host" },
  E_HOME_FORM: {
    text: '--home "{text}": the home directory in the container must be an absolute path',
    hint: "write --home SOURCE:/home/NAME",
  },
  E_SCRATCH_FORM: {
    text: '--scratch "{text}" is not an absolute path in the container',
    hint: "write --scratch /scratch",
  },
  E_HOSTNAME_FORM: {
    text: '"{name}" cannot be a host name',
    hint: "use letters, digits, dots and dashes, at most 64 characters",
  },
  E_SHARENS: {
    text: "--sharens is not offered: here sibling processes share one container by naming it",
    hint: "berth instance start IMAGE NAME once, then berth exec instance://NAME … in each process",
  },
  E_NO_SUCH_DEVICE_NAME: {
    text: '"{name}" is not the name of a CDI device',
    hint: "write vendor/class=name, such as nvidia.com/gpu=0",
  },
});

export type RunValues = FlagValues<typeof RUN_FLAGS>;

/** What a command adds to the flags. */
export interface CommandWords {
  readonly command: LaunchRequest["command"];
  readonly args: readonly string[];
  readonly shell?: string | undefined;
}

/** The request. `cwd` resolves relative paths. @throws usage failures of single flags */
export function toRequest(flags: RunValues, words: CommandWords, cwd: string): LaunchRequest {
  if (flags.sharens) throw fail("E_SHARENS");
  const all = flags.containall || flags.compat;
  const pid = (flags.pid || all || flags.docker) && !flags["no-pid"];
  return {
    command: words.command,
    args: words.args,
    shell: words.shell,
    app: flags.app,
    docker: flags.docker,
    ...fileWishes(flags, cwd),
    contain: flags.contain || all || flags.docker,
    writable: flags.writable,
    writableTmpfs:
      flags["writable-tmpfs"] || flags.compat || (flags.docker && !flags.writable && !hasWritableOverlay(flags)),
    tmpfsSize: flags["tmpfs-size"] === undefined ? 0 : parseSize(flags["tmpfs-size"]),
    unsquash: flags.unsquash,
    pid,
    init: !(flags["no-init"] || flags.compat || flags.docker),
    ipc: flags.ipc || all || flags.docker,
    net: wantsNetwork(flags),
    uts: flags.uts,
    hostname: checkedHostname(flags.hostname),
    userns: flags.userns,
    fakeroot: flags.fakeroot,
    keepPrivs: flags["keep-privs"] && !flags["no-privs"],
    fixedUmask: flags["no-umask"] || flags.compat,
    cleanEnv: flags.cleanenv || all,
    noEnv: split(flags["no-env"]),
    noEval: flags["no-eval"] || flags.compat,
    devices: deviceNames(flags),
  };
}

type FileWishes = Pick<
  LaunchRequest,
  "binds" | "noMount" | "home" | "noHome" | "cwd" | "workdir" | "scratch" | "dns" | "overlays"
>;

function fileWishes(flags: RunValues, cwd: string): FileWishes {
  return {
    binds: allBinds(flags, cwd),
    noMount: split(flags["no-mount"]),
    home: flags.home === undefined ? undefined : parseHome(flags.home, cwd),
    noHome: flags["no-home"],
    cwd: flags.cwd === undefined ? undefined : resolve(cwd, flags.cwd),
    workdir: flags.workdir === undefined ? undefined : resolve(cwd, flags.workdir),
    scratch: split(flags.scratch).map(parseScratch),
    dns: split(flags.dns),
    overlays: split(flags.overlay).map((text) => parseOverlay(text, cwd)),
  };
}

function allBinds(flags: RunValues, cwd: string): BindRequest[] {
  const binds = flags.bind.flatMap((text) => parseBindFlag(text, cwd));
  // A variable holds several mounts on several lines.
  const mounts = flags.mount.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
  return [...binds, ...mounts.map((text) => parseMountFlag(text, cwd))];
}

function parseHome(text: string, cwd: string): { source: string; target: string } {
  const [source = "", target] = text.split(":");
  const place = target ?? resolve(cwd, source);
  if (!place.startsWith("/") || source === "") throw fail("E_HOME_FORM", { text });
  return { source: resolve(cwd, source), target: posix.normalize(place) };
}

function parseOverlay(text: string, cwd: string): OverlayRequest {
  const match = /^(.*?)(?::(ro|rw))?$/.exec(text);
  return { path: resolve(cwd, match?.[1] ?? text), readonly: match?.[2] === "ro" };
}

function hasWritableOverlay(flags: RunValues): boolean {
  return split(flags.overlay).some((text) => !text.endsWith(":ro"));
}

function parseScratch(text: string): string {
  if (!text.startsWith("/")) throw fail("E_SCRATCH_FORM", { text });
  return posix.normalize(text);
}

function wantsNetwork(flags: RunValues): boolean {
  const name = flags.network;
  if (name === undefined && !flags.net) return false;
  if (name === undefined) throw fail("E_NETWORK");
  if (name !== "none" && name !== "host")
    throw fail(/^(bridge|ptp|ipvlan|macvlan|fakeroot)$/.test(name) ? "E_NETWORK" : "E_NETWORK_NAME", { name });
  return name === "none";
}

function checkedHostname(name: string | undefined): string | undefined {
  if (name === undefined || /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(name)) return name;
  throw fail("E_HOSTNAME_FORM", { name });
}

function deviceNames(flags: RunValues): string[] {
  const named = split(flags.device);
  for (const name of named)
    if (!/^[^/=\s?]+\/[^/=\s]+=[^=\s]+$/.test(name)) throw fail("E_NO_SUCH_DEVICE_NAME", { name });
  return [
    ...(flags.nv || flags.nvccli ? ["?nvidia.com/gpu=all"] : []),
    ...(flags.rocm ? ["?amd.com/gpu=all"] : []),
    ...named,
  ];
}

function split(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(",")).filter((value) => value !== "");
}
