// `berth gate-job`: the process in which the gateway has an image judged. Not for people: its job comes on standard input, its answer
// leaves on standard output.

import { Command } from "commander";
import type { Context } from "./context.ts";

/** `berth gate-job`. */
export function gateJobCommand(context: Context): Command {
  return new Command("gate-job").summary("judge one image for the gateway (internal)").action(async () => {
    const { answerJudging } = await import("../gate/job/answer.ts");
    const { stdin: input, stdout, stderr } = process;
    const words = (text: string) => void stderr.write(`${text}\n`);
    await answerJudging({
      input,
      say: (answer) => void stdout.write(`${JSON.stringify(answer)}\n`),
      log: { info: words, warn: words, debug: () => undefined },
      signal: context.signal,
    });
  });
}
