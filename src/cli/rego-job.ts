// The process that evaluates Rego policies for `berth lint`: a request on standard input, the answer on standard output.

import { Command } from "commander";
import { print } from "./output.ts";

/** `berth rego-job`: started by berth itself. */
export function regoJobCommand(): Command {
  return new Command("rego-job").action(async () => {
    const { evaluateRego } = await import("../lint/custom/rego-work.ts");
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    const answer = await evaluateRego(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    print(JSON.stringify(answer));
  });
}
