// The image folder of a system on another machine, reached by ssh and scp. As few connections as can be: one to look, one to
// begin, the copy, and one that checks what has arrived and shows it.

import { createHash } from "node:crypto";
import { digestParts } from "../../base/digest.ts";
import { hasCode } from "../../base/errors.ts";
import type { RemoteTransfer } from "../../site/gateway-config.ts";
import type { PublishedFile } from "../types.ts";
import { fail } from "./errors.ts";
import type { Arrived, Cargo, FileMode, Note, Place } from "./place.ts";
import { BEGIN, GIVE_UP, HAS, KEEP, LIST, READ, REMOVE, REWRITE, SHOW, STATUS } from "./remote-scripts.ts";
import type { RunResult } from "./run-command.ts";
import { type Remote, type RemoteParts, remote, type ScriptOptions } from "./ssh.ts";
import { checkTransfer } from "./ssh-commands.ts";

/** Names in one command line: the kernel bounds what the words of one may come to. */
const BATCH = 200;

/** The folder of `transfer`. @throws E_PUBLISH_TARGET */
export function remotePlace(system: string, transfer: RemoteTransfer, parts: RemoteParts): Place {
  checkTransfer(system, transfer);
  const dir = transfer.imageDir.replace(/(?<=.)\/+$/, "");
  const folder = new RemoteFolder(remote(transfer, parts), dir);
  return {
    shown: folder.shown,
    bring: (cargo, name, mode, signal) => bring(folder, cargo, { name, mode }, signal),
    async rewrite(name, notes, mode, signal) {
      const { args, input } = noteWords(folder, notes, mode);
      const what = `writing ${notes[1].name}`;
      return folder.question(what, REWRITE, [...args, folder.at(name)], { signal, input });
    },
    async read(name, signal) {
      const result = await folder.run(`reading ${name}`, READ, [folder.at(name)], { signal }, [STATUS.absent]);
      return result.code === 0 ? result.stdout : undefined;
    },
    has: (names, signal) => folder.question("looking for an image", HAS, names.map(folder.at), { signal }),
    async remove(names, signal) {
      for (let from = 0; from < names.length; from += BATCH)
        await folder.run("removing", REMOVE, names.slice(from, from + BATCH).map(folder.at), { signal });
    },
    list: async (signal) => parseList((await folder.run("listing", LIST, [dir], { signal })).stdout),
  };
}

/** Runs scripts about a folder and turns their ends into failures. */
class RemoteFolder {
  readonly shown: string;
  readonly dir: string;
  readonly machine: Remote;
  readonly at: (name: string) => string;

  constructor(machine: Remote, dir: string) {
    this.machine = machine;
    this.dir = dir;
    this.shown = `${machine.host}:${dir}`;
    this.at = (name) => `${dir}/${name}`;
  }

  async run(
    what: string,
    script: string,
    args: readonly string[],
    options: ScriptOptions,
    allowed: readonly number[] = [],
  ): Promise<RunResult> {
    const result = await this.machine.script(what, script, args, options);
    if (result.code === 0 || allowed.includes(result.code ?? -1)) return result;
    throw this.#failure(what, result);
  }

  async question(what: string, script: string, args: readonly string[], options: ScriptOptions): Promise<boolean> {
    return (await this.run(what, script, args, options, [STATUS.absent])).code === 0;
  }

  #failure(what: string, result: RunResult): Error {
    const words = result.stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
    const [path, name] = [this.shown, what.split(" ").at(-1)];
    if (result.code === STATUS.full || /No space left on device|Disk quota exceeded/.test(words))
      return fail("E_PUBLISH_FULL", { name, path });
    if (result.code === STATUS.unwritable) return fail("E_PUBLISH_UNWRITABLE", { path, reason: words });
    if (result.code === STATUS.damaged)
      return fail("E_PUBLISH_DAMAGED", { name, path, what: words || "its digest is another" });
    return this.machine.failure(what, result);
  }
}

interface Goal {
  readonly name: string;
  readonly mode: FileMode;
}

async function bring(folder: RemoteFolder, cargo: Cargo, goal: Goal, signal: AbortSignal): Promise<Arrived> {
  const { name, mode } = goal;
  const kib = String(Math.ceil(cargo.bytes / 1024));
  const template = `${folder.at(name)}.partial.XXXXXX`;
  const partial = (await folder.run(`making ${name}`, BEGIN, [template, folder.dir, kib], { signal })).stdout.trim();
  const abandon = async () => {
    // Also when the work was cancelled: the time limit of commands ends this one.
    const options = { signal: new AbortController().signal };
    await folder.run("cleaning up", REMOVE, [partial], options).catch(() => undefined);
  };
  try {
    await folder.machine.copy(cargo.path, partial, cargo.bytes, signal);
  } catch (error) {
    throw await givenUp(folder, partial, name, error);
  }
  return {
    abandon,
    async show(before, after) {
      const { args, input } = noteWords(folder, [before, after], mode);
      const { algorithm, hex } = digestParts(cargo.digest);
      const words = [...args, partial, folder.at(name), `${algorithm}sum`, hex];
      // Reading back takes its time too: a disk that does less than a MiB a second is broken.
      const timeoutMs = folder.machine.commandMs + cargo.bytes / 1024;
      await folder.run(`showing ${name}`, SHOW, words, { signal, input, timeoutMs });
    },
  };
}

// Removes what came of a copy. Only a full disk is a better answer than the copy's own.
async function givenUp(folder: RemoteFolder, partial: string, name: string, error: unknown): Promise<unknown> {
  const options = { signal: new AbortController().signal };
  try {
    await folder.run(`copying ${name}`, GIVE_UP, [partial, folder.dir], options);
  } catch (reason) {
    if (hasCode(reason, "E_PUBLISH_FULL") && hasCode(error, "E_PUBLISH_REMOTE")) return reason;
  }
  return error;
}

function noteWords(folder: RemoteFolder, [first, second]: readonly [Note, Note], mode: FileMode | undefined) {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const bytes = String(Buffer.byteLength(first.text));
  const args = [
    mode?.toString(8) ?? KEEP,
    folder.at(first.name),
    bytes,
    hash(first.text),
    folder.at(second.name),
    hash(second.text),
  ];
  return { args, input: first.text + second.text };
}

/** Reads what `LIST` prints. */
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
