// `berth gateway-job`: the process in which the gateway's server has an image made. Not for people: its job comes on
// standard input, its answers leave on standard output, and nothing secret is ever an argument.

import { Command } from "commander";
import type { Context } from "./context.ts";

/** `berth gateway-job`. */
export function gatewayJobCommand(context: Context): Command {
  return new Command("gateway-job").summary("make one image for the gateway (internal)").action(async () => {
    const { performJob } = await import("../gateway/work/perform-job.ts");
    const { stdin: input, stdout, stderr } = process;
    const words = (text: string) => void stderr.write(`${text}\n`);
    await performJob({
      input,
      say: (message) => void stdout.write(`${JSON.stringify(message)}\n`),
      log: { info: words, warn: words, debug: () => undefined },
      signal: context.signal,
    });
  });
}
