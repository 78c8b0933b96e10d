// Follows an operation to its end and says on standard error how it goes on, a line for each step; over connections that
// break, as a server may be exchanged in the middle of it.

import { setTimeout as sleep } from "node:timers/promises";
import { BerthError, defineErrors } from "../../base/errors.ts";
import { followOperation, showOperation } from "../../services/client/api.ts";
import type { Advance, Operation, Problem } from "../../services/client/api-types.ts";
import type { ServicesCall } from "./call.ts";

const fail = defineErrors({
  E_OPERATION_FAILED: {
    text: "{kind} of {stack} failed: {why}",
    hint: "berth stack events {stack} says more",
    exit: 1,
  },
  E_OPERATION_BACK: {
    text: "{kind} of {stack} failed, and what was before runs again: {why}",
    hint: "berth stack logs {stack} may say why",
    exit: 3,
  },
  E_OPERATION_STREAM: { text: "{why}", exit: 1 },
});

const TRIES = 8;
const PAUSE_MS = 1000;

/** Waits for the end of an operation. @throws E_OPERATION_FAILED, E_OPERATION_BACK, what the server says */
export async function untilDone(call: ServicesCall, stack: string, id: string): Promise<Operation> {
  const operation = await followed(call, stack, id);
  const why = operation.message ?? "it does not say why";
  if (operation.state === "failed") throw fail("E_OPERATION_FAILED", { kind: operation.kind, stack, why });
  if (operation.state === "rolled back") throw fail("E_OPERATION_BACK", { kind: operation.kind, stack, why });
  return operation;
}

async function followed(call: ServicesCall, stack: string, id: string): Promise<Operation> {
  const { log, signal } = call.context;
  let last = 0;
  for (let broken = 0; ; broken++) {
    try {
      for await (const { event, data } of followOperation(call.server, { stack, id }, call.options)) {
        if (event === "problem") throw fail("E_OPERATION_STREAM", { why: (JSON.parse(data) as Problem).detail });
        const advance = JSON.parse(data) as Advance;
        if (advance.operation) return advance.operation;
        // After a break it is told from the beginning.
        if ((advance.at ?? 0) <= last) continue;
        last = advance.at ?? last;
        broken = 0;
        const words = advanceText(advance);
        if (words !== undefined) log.info(words);
      }
      const operation = await showOperation(call.server, { stack, id }, call.options);
      if (operation.state !== "under way") return operation;
    } catch (error) {
      signal.throwIfAborted();
      const broke = error instanceof BerthError && ["E_CLIENT_UNREACHABLE", "E_CLIENT_STREAM"].includes(error.code);
      const answered = error instanceof BerthError && !broke;
      if (answered || broken >= TRIES) throw error;
    }
    await sleep(PAUSE_MS * Math.min(broken + 1, 5), undefined, { signal });
  }
}

/** A line about a step; undefined: not worth one. */
export function advanceText({ kind, phase, step, state, detail }: Advance): string | undefined {
  if (kind === "phase") return phase === undefined ? undefined : `${phase} …`;
  if (!step || step.action === "keep") return undefined;
  const what = `${step.service === undefined ? "" : `${step.service}: `}${step.action} ${step.target}`;
  if (state === "failed") return `${what} failed: ${detail ?? ""}`;
  return state === "done" ? what : undefined;
}
