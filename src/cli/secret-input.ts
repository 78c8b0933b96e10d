// Asks a person for a word on the terminal, without showing it when it is a secret; or reads a password from a pipe.
// The question goes to standard error: standard output belongs to results.

import type { Readable } from "node:stream";
import { fail } from "../oci/auth/errors.ts";

const MAX_LINE = 4096;

/** How a question is put. */
export interface PromptOptions {
  /** True: nothing of the answer is shown. */
  readonly hidden: boolean;
  readonly signal: AbortSignal;
}

/** One line typed at the terminal. @throws E_PROMPT_TERMINAL, E_LOGIN_PASSWORD_FORM; the signal's reason */
export async function promptLine(question: string, { hidden, signal }: PromptOptions): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw fail("E_PROMPT_TERMINAL", { what: question.replace(/[: ]+$/, "") });
  // Raw before the question is seen: the terminal itself would show what a quick typist (or a script) answers. It also
  // makes the erase, interrupt and end keys ours to handle.
  stdin.setRawMode(true);
  stdin.resume();
  stderr.write(question);
  try {
    return await typedLine(stdin, (text) => void (hidden || stderr.write(text)), signal);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

function typedLine(input: Readable, echo: (text: string) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = "";
    const end = (finish: () => void) => {
      input.off("data", onData);
      signal.removeEventListener("abort", onAbort);
      finish();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const onData = (chunk: Buffer) => {
      for (const key of chunk.toString("utf8")) {
        if (key === "\r" || key === "\n" || key === "\x04") return end(() => resolve(line));
        // In raw mode ctrl-C is only a character; send what the terminal would have sent. The signal then ends this.
        if (key === "\x03") return void process.kill(process.pid, "SIGINT");
        if (key === "\x7f" || key === "\b") {
          if (line !== "") echo("\b \b");
          line = [...line].slice(0, -1).join("");
        } else if (key === "\x15") line = "";
        else if (key >= " " && line.length < MAX_LINE) {
          line += key;
          echo(key);
        }
      }
    };
    signal.addEventListener("abort", onAbort, { once: true });
    input.on("data", onData);
  });
}

/** A password from a pipe: everything up to the end, without the last line's end. @throws E_LOGIN_PASSWORD_FORM */
export async function readPasswordInput(input: Readable): Promise<string> {
  let text = "";
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > 64 * MAX_LINE) throw fail("E_LOGIN_PASSWORD_FORM", { why: "it is too long" });
  }
  return text.replace(/\r?\n$/, "");
}
