// The file of an import as the gateway is told of it: its real path, for the gateway has another working folder.

import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "you may not enter its folder",
  ELOOP: "its links lead in a circle",
};

/** @throws E_SHIFTERIMG_FILE */
export async function importPath(file: string): Promise<string> {
  if (file === "") throw fail("E_SHIFTERIMG_FILE", { path: '""', why: "that names no file" });
  return realpath(resolve(file)).catch((cause: unknown) => {
    throw fail("E_SHIFTERIMG_FILE", { path: file, why: WHY[errnoOf(cause) ?? ""] ?? reasonOf(cause) });
  });
}
