// The systems of a gateway: each with its folder, its way there and its people. Pure but for this machine's processor.

import { isAbsolute, normalize } from "node:path";
import { BerthError } from "../base/errors.ts";
import { formatPlatform, hostPlatform, parsePlatform } from "../oci/platform.ts";
import type { Path } from "./config-document.ts";
import type { Findings } from "./findings.ts";
import type { RemoteTransfer, SystemConfig } from "./gateway-config.ts";
import type { GatewayFile, SystemFile } from "./site-schema.ts";

// Where munged listens unless it is told otherwise.
const MUNGE_SOCKET = "/run/munge/munge.socket.2";

/** Resolves relative paths. */
export type At = (path: string) => string;

export function resolveSystems(file: GatewayFile, at: At, found: Findings): ReadonlyMap<string, SystemConfig> {
  const systems = new Map<string, SystemConfig>();
  for (const [name, system] of Object.entries(file.systems)) {
    const path: Path = ["gateway", "systems", name];
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name))
      found.wrong(path, "is no name that can stand in an address", "use letters, digits, dots, dashes and underscores");
    systems.set(name, resolveSystem(name, system, { file, at, found, path }));
  }
  refuseSharedFolders(systems, found);
  return systems;
}

interface Around {
  readonly file: GatewayFile;
  readonly at: At;
  readonly found: Findings;
  readonly path: Path;
}

function resolveSystem(name: string, system: SystemFile, around: Around): SystemConfig {
  const { file, at } = around;
  const policy = system.signaturePolicy ?? file.signaturePolicy;
  return {
    name,
    mungeSocket: file.authentication === "mock" ? undefined : at(system.munge ?? MUNGE_SOCKET),
    admins: system.admins ?? [],
    operators: system.operators ?? [],
    format: system.format ?? file.format ?? "squashfs",
    signaturePolicy: policy === undefined ? undefined : at(policy),
    converterOptions: system.converterOptions ?? file.converterOptions ?? {},
    platform: resolvePlatform(system.platform, around),
    publicFiles: system.publicFiles,
    transfer: system.remote
      ? resolveRemote(system.imageDir, system.remote, around)
      : { kind: "local", imageDir: at(system.imageDir) },
  };
}

function resolvePlatform(text: string | undefined, { found, path }: Around): string {
  if (text === undefined) return formatPlatform(hostPlatform());
  try {
    return formatPlatform(parsePlatform(text));
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    found.wrong([...path, "platform"], "is no platform", "write os/architecture, such as linux/amd64");
    return text;
  }
}

function resolveRemote(
  imageDir: string,
  remote: NonNullable<SystemFile["remote"]>,
  { at, found, path }: Around,
): RemoteTransfer {
  if (!isAbsolute(imageDir)) found.wrong([...path, "imageDir"], "must begin with / on another machine", "");
  // ssh takes what begins with a dash for an option, whatever place it stands at.
  for (const key of ["host", "user"] as const) {
    if (!/^[A-Za-z0-9_[][^\s@]*$/.test(remote[key] ?? "x"))
      found.wrong([...path, "remote", key], "is no name", "write it as ssh knows it, without user@ and options");
  }
  return {
    kind: "remote",
    imageDir,
    host: remote.host,
    user: remote.user,
    key: remote.key === undefined ? undefined : at(remote.key),
    sshOptions: remote.sshOptions ?? [],
    scpOptions: remote.scpOptions ?? [],
  };
}

// Each system knows only its own images and readers: the other's would be leftovers to it, and of an image that both have
// there is only one list of readers.
function refuseSharedFolders(systems: ReadonlyMap<string, SystemConfig>, found: Findings): void {
  const seen = new Map<string, string>();
  for (const { name, transfer } of systems.values()) {
    const place = `${transfer.kind === "remote" ? transfer.host : ""}:${normalize(`${transfer.imageDir}/`)}`;
    const other = seen.get(place);
    if (other !== undefined)
      found.wrong(
        ["gateway", "systems", name, "imageDir"],
        `is the folder of ${other} too`,
        "give each system its own folder, or make one system of both: its nodes may share it",
      );
    seen.set(place, name);
  }
}
