// Verdicts beside images. Published by rename, so that a launch finds a whole one or none.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";
import { fail } from "./errors.ts";
import { type Expected, readStatement } from "./statement.ts";
import { MOST_STATEMENT } from "./statement-form.ts";
import type { Verdict } from "./types.ts";
import { BESIDE, verdictPlaces } from "./verdict-places.ts";

/** Puts a statement beside an image's file. @throws E_VERDICT_WRITE */
export async function keepVerdictFile(image: string, statement: string): Promise<string> {
  const path = `${image}${BESIDE}`;
  try {
    await publishFile(path, 0o644, async (file) => file.writeFile(statement));
    return path;
  } catch (cause) {
    throw fail("E_VERDICT_WRITE", { name: image, why: reasonOf(cause) }, { cause });
  }
}

/** A verdict beside an image; undefined when there is none. @throws E_VERDICT_FORM, E_VERDICT_SIGNATURE, E_VERDICT_SUBJECT */
export async function verdictBeside(image: string, expected: Omit<Expected, "place">): Promise<Verdict | undefined> {
  for (const place of verdictPlaces(image)) {
    const bytes = await readSmall(place);
    if (bytes) return readStatement(bytes, { ...expected, place });
  }
  return undefined;
}

async function readSmall(path: string): Promise<Buffer | undefined> {
  try {
    // Not waiting for whoever may have put something else there.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = await file.stat();
      if (!info.isFile() || info.size > MOST_STATEMENT)
        throw fail("E_VERDICT_FORM", { place: path, why: "it is no file of a usual size" });
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    if (errnoOf(cause) === undefined) throw cause;
    throw fail("E_VERDICT_FORM", { place: path, why: reasonOf(cause) }, { cause });
  }
}
