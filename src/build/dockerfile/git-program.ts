// The git program: what it is given, what is kept from it, and what it complains of.

import { spawn } from "node:child_process";
import { reasonOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import type { GitRequest } from "./remote-sources.ts";

const PASSED = [
  ...["PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "XDG_CONFIG_HOME", "GIT_SSL_CAINFO"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
];
const MAX_WORDS = 64 * 1024;

const SETTINGS = [
  ...["core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.allow=never", "advice.detachedHead=false"],
  ...["http", "https", "ssh", "git"].map((name) => `protocol.${name}.allow=always`),
];

/** Runs git and answers with what it says. @throws E_ADD_GIT */
export async function git(
  args: readonly string[],
  { remote, signal }: Pick<GitRequest, "remote" | "signal">,
  env: Environment,
): Promise<string> {
  const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  // Files are made with the usual permissions, whatever this user's are: they decide the layer.
  const argv = ["-c", 'umask 022 && exec git "$@"', "git", ...settings, ...args];
  return new Promise((answer, reject) => {
    const child = spawn("/bin/sh", argv, {
      env: { ...passed, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_SSH_COMMAND: "ssh -oBatchMode=yes" },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    let [said, complained] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < MAX_WORDS) said += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complained = (complained + text).slice(-MAX_WORDS);
    });
    child.once("error", (cause) => reject(signal.aborted ? cause : refused(remote, reasonOf(cause), cause)));
    child.once("close", (status) => {
      if (status === 0) answer(said);
      else if (status === 127) reject(refused(remote, "the program git is not installed"));
      else reject(refused(remote, withoutLogin(complaint(complained))));
    });
  });
}

// git says the reason first and advice behind it.
function complaint(said: string): string {
  const lines = said.trim().split("\n");
  const reason = lines.find((line) => /^(?:fatal|error|ssh): /.test(line)) ?? lines.at(-1);
  return reason?.replace(/^(?:fatal|error): /, "") || "git failed";
}

/** The failure for a repository. */
export function refused(remote: string, why: string, cause?: unknown): Error {
  return fail("E_ADD_GIT", { remote: withoutLogin(remote), why }, { cause });
}

/** A text without the logins of the URLs in it. */
export function withoutLogin(text: string): string {
  return text.replace(/([a-z]+:\/\/)[^/@\s]*@/gi, "$1");
}
