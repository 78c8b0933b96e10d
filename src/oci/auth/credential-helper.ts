// Asks a docker-credential-… program for a login (the protocol of Docker's credential helpers): the server's name on
// its standard input, JSON on its standard output. The program is the user's; its output is bounded and its time too.

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { reasonOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { asString, jsonObject } from "../json.ts";
import { HUB } from "../reference.ts";
import { HUB_KEY } from "./auth-file.ts";
import type { Credential } from "./credential.ts";

/** What came of asking: a login, nothing, or a reason why it could not be asked. */
export type HelperOutcome =
  | { readonly kind: "found"; readonly credential: Credential }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly why: string };

/** How a helper is run. */
export interface HelperOptions {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; a helper may wait for a person to unlock a key ring. */
  readonly timeout?: number;
}

const MAX_OUTPUT = 64 * 1024;
const DEFAULT_TIMEOUT = 60_000;

/** Asks `docker-credential-NAME get` for a registry. Does not throw unless the signal comes. */
export async function askHelper(name: string, registry: string, options: HelperOptions): Promise<HelperOutcome> {
  // The name comes from a file and is looked up in PATH: it must not become a path.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return { kind: "failed", why: "its name is malformed" };
  const program = `docker-credential-${name}`;
  const { status, output } = await runGet(program, registry === HUB ? HUB_KEY : registry, options);
  options.signal?.throwIfAborted();
  if (status === "missing") return { kind: "failed", why: "the program is not installed" };
  if (typeof status === "string") return { kind: "failed", why: status };
  if (status !== 0) {
    const missing = /not found in native keychain|no credentials/i.test(output);
    return missing ? { kind: "none" } : { kind: "failed", why: firstLine(output) || `exit status ${status}` };
  }
  return readAnswer(output, program);
}

function readAnswer(output: string, source: string): HelperOutcome {
  const answer = jsonObject(Buffer.from(output));
  const [username, secret] = [asString(answer?.["Username"]), asString(answer?.["Secret"])];
  if (username === undefined || secret === undefined) return { kind: "failed", why: "its answer is malformed" };
  if (secret === "") return { kind: "none" };
  // Helpers mark an OAuth2 refresh token by this user name.
  if (username === "<token>") return { kind: "found", credential: { kind: "identity", token: secret, source } };
  return { kind: "found", credential: { kind: "password", username, password: secret, source } };
}

interface Ended {
  /** The exit status, or words for why there is none; "missing": no such program. */
  readonly status: number | string;
  readonly output: string;
}

async function runGet(program: string, server: string, options: HelperOptions): Promise<Ended> {
  const limit = AbortSignal.timeout(options.timeout ?? DEFAULT_TIMEOUT);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  const child = spawn(program, ["get"], {
    env: options.env,
    stdio: ["pipe", "pipe", "ignore"],
    signal,
    killSignal: "SIGKILL",
  });
  // A helper that never reads its input is no failure of ours.
  child.stdin.on("error", () => {});
  child.stdin.end(`${server}\n`);
  try {
    const [output, [status]] = await Promise.all([bounded(child.stdout), once(child, "close")]);
    return { status: typeof status === "number" ? status : "it was killed", output };
  } catch (error) {
    child.kill("SIGKILL");
    if (limit.aborted) return { status: "it did not answer in time", output: "" };
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { status: missing ? "missing" : reasonOf(error), output: "" };
  }
}

async function bounded(stream: Readable): Promise<string> {
  let text = "";
  // A character may come in two pieces.
  for await (const chunk of stream.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_OUTPUT) throw new Error("its answer is too long");
  }
  return text;
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 200);
}
