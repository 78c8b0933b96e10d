// A machine's log for tests, in Python since Node has no sockets of this kind.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// Says "ready", then every datagram on a line of its own, as JSON. A deaf one takes none.
const LOG = `
import json, os, socket, sys, time
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print("ready", flush=True)
while sys.argv[2] == "deaf": time.sleep(60)
while True: print(json.dumps(log.recv(65536).decode()), flush=True)
`;

/** A log that listens on a socket of its own. */
export interface TestLog {
  readonly socket: string;
  /** The next datagram. */
  next(): Promise<string>;
  stop(): void;
}

/** Starts one; `deaf` never takes what it is sent. */
export async function startLog(socket: string, kind: "hears" | "deaf" = "hears"): Promise<TestLog> {
  const child = spawn("python3", ["-c", LOG, socket, kind], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the log has ended");
    return value;
  };
  await line();
  return { socket, next: async () => JSON.parse(await line()) as string, stop: () => void child.kill("SIGKILL") };
}
