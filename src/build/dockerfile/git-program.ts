// The git program: what it is given, what is kept from it, and what it complains of.

import { spawn } from "node:child_process";
import { reasonOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import { decoded, withoutLogin } from "./remote.ts";
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
  const login = loginOf(remote);
  const settings = [...SETTINGS, ...login.settings].flatMap((setting) => ["-c", setting]);
  // What everybody on the machine can read in the list of processes has no login.
  const words = args.map((word) => (word === remote ? login.remote : word));
  // Files are made with the usual permissions, whatever this user's are: they decide the layer.
  const argv = ["-c", 'umask 022 && exec git "$@"', "git", ...settings, ...words];
  return new Promise((answer, reject) => {
    const child = spawn("/bin/sh", argv, {
      env: { ...passed, ...login.env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_SSH_COMMAND: "ssh -oBatchMode=yes" },
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

// A login for the web goes to git in its environment, for that server alone and in the place of all that its user has set up.
function loginOf(remote: string) {
  const url = /^https?:/i.test(remote) ? URL.parse(remote) : null;
  if (url === null || (url.username === "" && url.password === "")) return { remote, settings: [], env: {} };
  const key = `credential.${url.origin}.helper`;
  const say = `printf 'username=%s\\npassword=%s\\n' "$BERTH_GIT_USER" "$BERTH_GIT_PASSWORD"`;
  return {
    remote: withoutLogin(remote),
    settings: [`${key}=`, `${key}=!f() { test "$1" != get || ${say}; }; f`],
    env: { BERTH_GIT_USER: decoded(url.username), BERTH_GIT_PASSWORD: decoded(url.password) },
  };
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
