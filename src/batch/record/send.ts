// Sends a record where no launcher follows that could: at the set-up of a node, and for refusals. A process of its own does
// it, which nobody waits for; a log that is away or full loses the record, and nothing else happens.

import { spawn } from "node:child_process";
import { type LaunchRecord, LOG_SOCKET, recordLine } from "./launch-record.ts";

const PRIORITY = { allowed: "daemon.info", refused: "daemon.notice" } as const;

// A log that takes nothing must not keep a process for ever.
const PATIENCE_SECONDS = "5";

/** Sends it. Never fails, never waits. */
export function sendRecord(record: LaunchRecord, socket = LOG_SOCKET): void {
  const about = ["--tag", "berth", `--id=${process.pid}`, "--priority", PRIORITY[record.verdict]];
  const words = [...about, "--socket", socket, "--socket-errors=off", "--", recordLine(record)];
  const env = { PATH: "/usr/bin:/bin" };
  try {
    // A session of its own: whoever ends the prolog's processes does not end it.
    const child = spawn("timeout", [PATIENCE_SECONDS, "logger", ...words], {
      detached: true,
      stdio: "ignore",
      cwd: "/",
      env,
    });
    child.on("error", () => undefined);
    child.unref();
  } catch {
    // No process could be made: the launch has worse to report.
  }
}
