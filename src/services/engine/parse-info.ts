// What kind of engine answers, from `/version`, `/info` and (Podman only) its own `/libpod/info`.

import { fields, list, number, text, texts } from "./fields.ts";
import type { EngineInfo } from "./types.ts";

export function parseInfo(versionAnswer: unknown, infoAnswer: unknown, libpodAnswer: unknown): EngineInfo {
  const version = fields(versionAnswer);
  const info = fields(infoAnswer);
  const libpod = fields(fields(libpodAnswer)["host"]);
  const kind = isPodman(versionAnswer) ? "podman" : "docker";
  const rootless = info["Rootless"] === true || texts(info["SecurityOptions"]).includes("name=rootless");
  // Without the unified hierarchy nobody delegates cgroups to an ordinary user.
  const grouped = !rootless || text(info["CgroupVersion"]) === "2";
  return {
    kind,
    version: text(version["Version"]),
    apiVersion: text(version["ApiVersion"]),
    rootless,
    root: text(info["DockerRootDir"]),
    cpus: number(info["NCPU"]),
    memoryBytes: number(info["MemTotal"]),
    // Podman leaves them to timers of systemd, and does not say whether it found any.
    healthChecks: kind === "docker",
    nameService: kind === "docker" || text(libpod["networkBackend"]) === "netavark",
    canPause: grouped,
    limits: grouped && info["MemoryLimit"] === true,
    storage: text(info["Driver"]),
    runtime: text(info["DefaultRuntime"]),
    // Podman leaves it empty in the answer that is Docker's.
    logDriver: text(info["LoggingDriver"]) || text(libpod["logDriver"]),
    hostName: text(info["Name"]),
  };
}

/** True for the answer of Podman to `/version`. */
export function isPodman(versionAnswer: unknown): boolean {
  return list(fields(versionAnswer)["Components"]).some((part) => /podman/i.test(text(fields(part)["Name"])));
}
