// The image folder of a system on another machine, reached by ssh and scp. Every command is one line for `/bin/sh`, fixed
// here; what changes goes in as arguments and never becomes part of a script.

import { createHash } from "node:crypto";
import { digestParts } from "../../base/digest.ts";
import type { RemoteTransfer } from "../../site/gateway-config.ts";
import type { PublishedFile } from "../types.ts";
import { fail } from "./errors.ts";
import type { Arrived, Cargo, Place } from "./place.ts";
import type { RunResult } from "./run-command.ts";
import { type Remote, type RemoteParts, remote } from "./ssh.ts";
import { checkTransfer } from "./ssh-commands.ts";

/** Exit statuses of the scripts below, out of the way of those that programs use. */
const [DAMAGED, UNWRITABLE, FULL] = [70, 71, 72];

// $1: template, $2: folder, $3: KiB needed. Space is asked for first: scp only says "Failure" when there is none.
const BEGIN = `umask 077; p=$(mktemp "$1") || exit ${UNWRITABLE}; a=$(df -Pk "$2" | tail -n 1 | awk "{print \\$4}"); if [ "\${a:-0}" -lt "$3" ]; then rm -f "$p"; exit ${FULL}; fi; printf "%s\\n" "$p"`;
// $1: partial file, $2: hash program, $3: hash.
const VERIFY = `chmod 0600 "$1" && s=$("$2" < "$1") || exit ${DAMAGED}; [ "\${s%% *}" = "$3" ] || { printf "its digest is %s\\n" "\${s%% *}" >&2; exit ${DAMAGED}; }; sync "$1" 2>/dev/null || sync`;
// $1: from, $2: to, $3: folder.
const SHOW = `mv -f "$1" "$2" && { sync "$3" 2>/dev/null || sync; }`;
// $1: template, $2: name, $3: SHA-256 of the input, which may end early; $4: folder.
const WRITE = `umask 077; p=$(mktemp "$1") || exit ${UNWRITABLE}; trap "rm -f \\"\\$p\\"" EXIT HUP INT TERM; cat > "$p" || exit ${FULL}; s=$(sha256sum < "$p"); [ "\${s%% *}" = "$3" ] || exit ${DAMAGED}; sync "$p" 2>/dev/null || sync; mv -f "$p" "$2" && { sync "$4" 2>/dev/null || sync; }`;
const READ = `[ -e "$1" ] || exit 3; cat "$1"`;
const HAS = `for f; do [ -f "$f" ] || exit 1; done`;
const REMOVE = `rm -f -- "$@"`;
const LIST = `cd "$1" || exit ${UNWRITABLE}; date +%s; find . -maxdepth 1 -type f -printf "%s %T@ %f\\0"`;

/** Names in one command line: the kernel bounds what the words of one may come to. */
const BATCH = 200;

/** The folder of `transfer`. @throws E_PUBLISH_TARGET */
export function remotePlace(system: string, transfer: RemoteTransfer, parts: RemoteParts): Place {
  checkTransfer(system, transfer);
  const machine = remote(transfer, parts);
  const dir = transfer.imageDir.replace(/(?<=.)\/+$/, "");
  const at = (name: string) => `${dir}/${name}`;
  const shown = `${transfer.host}:${dir}`;
  const ask = async (what: string, script: string, args: readonly string[], signal: AbortSignal, input?: string) => {
    const result = await machine.script(what, script, args, { signal, input });
    if (result.code !== 0) throw scriptFailure(machine, what, shown, args[0] ?? "", result);
    return result.stdout;
  };
  return {
    shown,
    bring: (cargo, name, signal) => bring(machine, dir, shown, cargo, name, signal),
    async write(name, text, signal) {
      const hash = createHash("sha256").update(text).digest("hex");
      await ask(`writing ${name}`, WRITE, [template(at(name)), at(name), hash, dir], signal, text);
    },
    async read(name, signal) {
      const result = await machine.script(`reading ${name}`, READ, [at(name)], { signal });
      if (result.code === 3) return undefined;
      if (result.code !== 0) throw machine.failure(`reading ${name}`, result);
      return result.stdout;
    },
    async has(names, signal) {
      const result = await machine.script("looking for an image", HAS, names.map(at), { signal });
      if (result.code !== 0 && result.code !== 1) throw machine.failure("looking for an image", result);
      return result.code === 0;
    },
    async remove(names, signal) {
      for (let from = 0; from < names.length; from += BATCH)
        await ask("removing", REMOVE, names.slice(from, from + BATCH).map(at), signal);
    },
    list: async (signal) => parseList(await ask("listing", LIST, [dir], signal)),
  };
}

async function bring(
  machine: Remote,
  dir: string,
  shown: string,
  cargo: Cargo,
  name: string,
  signal: AbortSignal,
): Promise<Arrived> {
  const kib = String(Math.ceil(cargo.bytes / 1024));
  const begun = await machine.script(`making ${name}`, BEGIN, [template(`${dir}/${name}`), dir, kib], { signal });
  if (begun.code !== 0) throw scriptFailure(machine, `making ${name}`, shown, name, begun);
  const partial = begun.stdout.trim();
  const abandon = async () => {
    // Also when the work was cancelled: the time limit of commands ends this one.
    const options = { signal: new AbortController().signal };
    await machine.script("cleaning up", REMOVE, [partial], options).catch(() => undefined);
  };
  try {
    await machine.copy(cargo.path, partial, cargo.bytes, signal);
    await verify(machine, shown, partial, cargo, name, signal);
    return {
      abandon,
      async show() {
        const result = await machine.script(`naming ${name}`, SHOW, [partial, `${dir}/${name}`, dir], { signal });
        if (result.code !== 0) throw scriptFailure(machine, `naming ${name}`, shown, name, result);
      },
    };
  } catch (error) {
    await abandon();
    throw error;
  }
}

async function verify(
  machine: Remote,
  shown: string,
  partial: string,
  { digest, bytes }: Cargo,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const { algorithm, hex } = digestParts(digest);
  // Reading back takes its time too: a disk that does less than a MiB a second is broken.
  const timeoutMs = 120_000 + bytes / 1024;
  const options = { signal, timeoutMs };
  const result = await machine.script(`verifying ${name}`, VERIFY, [partial, `${algorithm}sum`, hex], options);
  if (result.code !== 0) throw scriptFailure(machine, `verifying ${name}`, shown, name, result);
}

function template(path: string): string {
  return `${path}.partial.XXXXXX`;
}

function scriptFailure(machine: Remote, what: string, path: string, name: string, result: RunResult): Error {
  const words = result.stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  if (result.code === FULL || /No space left on device|Disk quota exceeded/.test(words))
    return fail("E_PUBLISH_FULL", { name, path });
  if (result.code === UNWRITABLE) return fail("E_PUBLISH_UNWRITABLE", { path, reason: words });
  if (result.code === DAMAGED) return fail("E_PUBLISH_DAMAGED", { name, path, what: words || "its digest is another" });
  return machine.failure(what, result);
}

/** What `LIST` prints: the clock there, then size, time and name of each file, with zero bytes between. */
export function parseList(text: string): readonly PublishedFile[] {
  const end = text.indexOf("\n");
  const now = Number(text.slice(0, end));
  const found: PublishedFile[] = [];
  for (const item of text.slice(end + 1).split("\0")) {
    const [, bytes, time, name] = /^(\d+) (-?[\d.]+) (.+)$/s.exec(item) ?? [];
    if (name !== undefined) found.push({ name, bytes: Number(bytes), age: now - Number(time) });
  }
  return found;
}
