// What makers and the site say of flaws, from all files and folders that are named: a folder stands for the documents that lie in
// it, so that a site need not list them.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { Judgements } from "./apply.ts";
import { readVex, type VexStatement } from "./vex.ts";
import { type FlawWaiver, readWaivers } from "./waivers.ts";

/** Where they lie. */
export interface JudgementFiles {
  /** OpenVEX and CSAF documents, or folders with `*.json`. */
  readonly vex: readonly string[];
  /** Lists of waivers, or folders with `*.yaml`, `*.yml` and `*.json`. */
  readonly waivers: readonly string[];
}

const MAX_FILES = 10_000;

/** Reads them in the order in which they are named, those of a folder by name. @throws E_VEX_FORM, E_WAIVER_FORM */
export async function readJudgements({ vex, waivers }: JudgementFiles): Promise<Pick<Judgements, "vex" | "waivers">> {
  const statements: VexStatement[] = [];
  const accepted: FlawWaiver[] = [];
  for (const path of await filesOf(vex, /\.json$/, "E_VEX_FORM")) statements.push(...(await readVex(path)));
  for (const path of await filesOf(waivers, /\.(?:ya?ml|json)$/, "E_WAIVER_FORM"))
    accepted.push(...(await readWaivers(path)));
  return { vex: statements, waivers: accepted };
}

async function filesOf(
  paths: readonly string[],
  form: RegExp,
  code: "E_VEX_FORM" | "E_WAIVER_FORM",
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const unread = (cause: unknown) => fail(code, { path, why: reasonOf(cause) }, { cause });
    const info = await stat(path).catch((cause: unknown) => {
      throw unread(cause);
    });
    if (!info.isDirectory()) {
      found.push(path);
      continue;
    }
    const names = await readdir(path).catch((cause: unknown) => {
      throw unread(cause);
    });
    found.push(
      ...names
        .filter((name) => form.test(name) && !name.startsWith("."))
        .sort()
        .map((name) => join(path, name)),
    );
    if (found.length > MAX_FILES) throw fail(code, { path, why: `there are more than ${MAX_FILES} files` });
  }
  return found;
}
