// Docker's engine for the time of one measure, with a folder of its own, so that nothing of the machine's engine is
// touched.

import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AS_ROOT } from "../tests/support/ordinary-user.ts";
import { freshFolder, type Place, removeFolder } from "./place.ts";

/** An engine that answers, or why there is none. */
export type DockerEngine = { readonly absent: string } | { readonly host: string; stop(): Promise<void> };

const PROGRAM = "/usr/sbin/dockerd";
const OPTIONS = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false"];

/** Starts the engine; the ordinary user may speak to it. */
export async function startDocker(place: Place): Promise<DockerEngine> {
  if (!existsSync(PROGRAM)) return { absent: "dockerd not installed" };
  if (!AS_ROOT) return { absent: "its engine needs root" };
  const folder = freshFolder(place, "docker");
  const socket = join(folder, "socket");
  const logFile = join(folder, "log");
  const log = openSync(logFile, "w");
  const places = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "-p", join(folder, "pid")];
  const words = [...OPTIONS, ...places, "--storage-driver", "overlay2", "-G", String(place.user.gid)];
  const engine = spawn(PROGRAM, [...words, "-H", `unix://${socket}`], { stdio: ["ignore", log, log] });
  const ended = new Promise<void>((resolve) => engine.once("exit", () => resolve()));
  const stop = async () => {
    engine.kill("SIGTERM");
    await ended;
    removeFolder(folder);
  };
  for (let left = 300; !readFileSync(logFile, "utf8").includes("API listen on"); left -= 1) {
    if (engine.exitCode === null && left > 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await stop();
    return { absent: "its engine does not start here" };
  }
  return { host: `unix://${socket}`, stop };
}
