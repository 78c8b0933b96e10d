// Which of the programs that write squashfs this machine has.

import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../base/log.ts";
import { fail } from "../errors.ts";
import { type Command, mksquashfs, type SquashfsOptions, tar2sqfs } from "./command.ts";

/** The command that writes to `target`, by a program of `path` (directories, as in `PATH`). @throws E_SQUASHFS_TOOL_MISSING */
export function findWriter(target: string, options: SquashfsOptions, path: string, log: Log): Command {
  const better = programPath("tar2sqfs", path);
  if (better !== undefined) return tar2sqfs(better, target, options);
  const other = programPath("mksquashfs", path);
  if (other === undefined) throw fail("E_SQUASHFS_TOOL_MISSING");
  log.warn(
    "tar2sqfs (squashfs-tools-ng) is not installed: the file that mksquashfs writes has other bytes than elsewhere",
  );
  return mksquashfs(other, target, options);
}

function programPath(name: string, path: string): string | undefined {
  for (const dir of path.split(":").concat("/usr/local/bin", "/usr/bin", "/bin")) {
    try {
      if (!dir.startsWith("/")) continue;
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {}
  }
  return undefined;
}
