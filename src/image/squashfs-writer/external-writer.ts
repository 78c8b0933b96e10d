// A running squashfs program: a child process that takes a tar stream and leaves a file. Owns the process.

import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import type { Writable } from "node:stream";
import { errnoOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { Command } from "./command.ts";
import type { SquashfsWriter } from "./squashfs-writer.ts";

/** Bytes of the program's messages that are kept for an error. */
const MAX_SAID = 2000;
/** Milliseconds that a program which takes no more input has until it is killed. */
const LAST_WORDS = 5000;

export class ExternalWriter implements SquashfsWriter {
  /** Takes the tar stream. */
  readonly sink: Writable;
  /** Aborted as soon as the program ends before its time. */
  readonly failed: AbortSignal;
  readonly #target: string;
  readonly #tool: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<Error | undefined>;
  #said = "";

  constructor(command: Command, target: string) {
    const { program, args, env } = command;
    const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"], env, cwd: "/" });
    const failure = new AbortController();
    this.sink = child.stdin;
    this.failed = failure.signal;
    this.#target = target;
    this.#tool = basename(program);
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-MAX_SAID);
    });
    // A write to a program that has ended says so here; why it ended is told below.
    child.stdin.on("error", () => failure.abort());
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => resolve(this.#failure(error.message)));
      child.once("close", (code, signal) => {
        resolve(
          code === 0 ? undefined : this.#failure(signal === null ? `exit status ${code}` : `killed by ${signal}`),
        );
      });
    });
    this.#ended.then((error) => error && failure.abort());
  }

  /** Ends the stream and waits for the file. @throws E_SQUASHFS_WRITE */
  async finish(): Promise<void> {
    this.sink.end();
    const error = await this.#ended;
    if (error !== undefined) throw error;
  }

  /** Stops the program after the failure `cause`, removes the file, and gives the program's own failure if that came first. */
  async discard(cause?: unknown): Promise<Error | undefined> {
    // One that has given up gets the time to say why. Which of the signs of that comes first is up to the runtime.
    const given = this.failed.aborted || errnoOf(cause) === "EPIPE" || errnoOf(cause) === "ECONNRESET";
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), given ? LAST_WORDS : 0);
    this.sink.destroy();
    const ending = await this.#ended;
    clearTimeout(timer);
    await rm(this.#target, { force: true });
    return given ? ending : undefined;
  }

  #failure(ending: string): Error {
    const said = this.#said.trim().split("\n").slice(-5).join("; ");
    return fail("E_SQUASHFS_WRITE", { tool: this.#tool, ending, said: said === "" ? "" : `: ${said}` });
  }
}
