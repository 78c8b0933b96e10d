// A folder as one layer, by berth's own program, which sees attributes and devices that Node does not.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { defineErrors } from "../base/errors.ts";
import type { Environment } from "../platform/user.ts";
import { ownProgram } from "../run/programs.ts";

const fail = defineErrors({
  E_FOLDER_LAYER: {
    text: "cannot read the folder {path}: {reason}",
    hint: "an image needs all of it: make the files readable for yourself, or build with --fakeroot",
  },
});

const MAX_SAID = 2000;

/** The folder as a tar archive. An ordinary user's files become root's, as they are when the folder is run. @throws E_FOLDER_LAYER */
export function folderLayer(
  path: string,
  options: { readonly env: Environment; readonly uid: number; readonly signal?: AbortSignal | undefined },
): Readable {
  const { env, uid, signal } = options;
  const program = ownProgram("berth-pack", env);
  async function* output(): AsyncGenerator<Buffer> {
    const args = [...(uid === 0 ? [] : ["--all-root"]), path];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...(signal ? { signal } : {}) });
    const ended = once(child, "close");
    ended.catch(() => undefined);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-MAX_SAID);
    });
    try {
      yield* child.stdout;
      // The end of output counts only once the program has said that all was well.
      const [code] = await ended;
      if (code !== 0) throw fail("E_FOLDER_LAYER", { path, reason: said.trim() || `status ${code}` });
    } finally {
      child.kill();
    }
  }
  return Readable.from(output(), { objectMode: false });
}
