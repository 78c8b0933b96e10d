// Which of the programs that write squashfs this machine has.

import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { fail } from "../errors.ts";
import { type Command, type SquashfsOptions, tar2sqfs } from "./command.ts";

/** The command that writes to `target`. @throws E_SQUASHFS_TOOL_MISSING */
export function findWriter(target: string, options: SquashfsOptions): Command {
  const found = programPath("tar2sqfs");
  if (found !== undefined) return tar2sqfs(found, target, options);
  throw fail("E_SQUASHFS_TOOL_MISSING");
}

function programPath(name: string): string | undefined {
  for (const dir of (process.env["PATH"] ?? "").split(":").concat("/usr/local/bin", "/usr/bin", "/bin")) {
    try {
      if (!dir.startsWith("/")) continue;
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {}
  }
  return undefined;
}
