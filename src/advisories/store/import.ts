// Takes advisories from files into the store: records in OSV's form, the list of exploited flaws, tables of security
// support, ends of releases.

import { readFile, stat } from "node:fs/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { endOfLifeList } from "../end-of-life.ts";
import { fail } from "../errors.ts";
import { exploitedList } from "./exploited.ts";
import { type ChangeOptions, type Changes, changeStore, type Draft, writeList } from "./generation.ts";
import { osvRecords } from "./osv-source.ts";
import type { AdvisoryStore } from "./store.ts";
import { isSupportTable, supportList } from "./support.ts";
import { takeOver } from "./take-over.ts";

export interface ImportOptions extends ChangeOptions {
  readonly wanted?: readonly string[] | undefined;
}

/** Imports one file or folder; what it is is found out from its content. @throws E_ADVISORY_SOURCE, E_ADVISORY_ZIP, E_ADVISORY_STORE */
export async function importFile(root: string, path: string, options: ImportOptions): Promise<AdvisoryStore> {
  const store = await changeStore(root, (draft) => changesOf(path, draft, options), options);
  if (!store) throw fail("E_ADVISORY_SOURCE", { source: path, why: "it is empty", hint: "check the path" });
  return store;
}

async function changesOf(path: string, draft: Draft, { wanted, now, signal }: ImportOptions): Promise<Changes> {
  const list = await listChanges(path, draft, now());
  if (list) return list;
  const taken = await takeOver(osvRecords(path, signal), draft, { from: path, wanted, now: now(), signal });
  return { ...taken, lists: [] };
}

const MAX_LIST = 64 << 20;
/** As much as a manifest holds of a path, in characters. */
const MAX_FROM = 2000;

/** The change that a file means when it is one of the lists; undefined when it is not. */
export async function listChanges(path: string, draft: Draft, now: Date): Promise<Changes | undefined> {
  const info = await stat(path).catch((cause: unknown) => {
    const why = errnoOf(cause) === "ENOENT" ? "it does not exist" : reasonOf(cause);
    throw fail("E_ADVISORY_SOURCE", { source: path, why, hint: "check the path" });
  });
  // A pipe that nobody writes to would never end.
  if (!info.isFile() && !info.isDirectory())
    throw fail("E_ADVISORY_SOURCE", { source: path, why: "it is a device, pipe or socket", hint: "name a file" });
  if (!info.isFile() || info.size > MAX_LIST) return undefined;
  const bytes = await readFile(path);
  const from = path.slice(0, MAX_FROM);
  const exploited = exploitedList(bytes);
  if (exploited) {
    const { flaws, date } = exploited;
    const facts = { entries: flaws.length, date, from };
    return { sources: [], parts: [], lists: [await writeList(draft.folder, "exploited", flaws, facts)] };
  }
  const ends = endOfLifeList(bytes);
  if (ends) {
    const facts = { entries: Object.keys(ends).length, date: now.toISOString(), from };
    return { sources: [], parts: [], lists: [await writeList(draft.folder, "end-of-life", ends, facts)] };
  }
  if (!isSupportTable(path)) return undefined;
  const content = supportList(path, bytes.toString("utf8"), await draft.before?.list("support"));
  const facts = { entries: content.length, date: now.toISOString(), from };
  return { sources: [], parts: [], lists: [await writeList(draft.folder, "support", content, facts)] };
}
