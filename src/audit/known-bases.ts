// Bases that a file tells by their layers. Somebody's file: every mistake is told.

import { readFile } from "node:fs/promises";
import { reasonOf } from "../base/errors.ts";
import { asStrings, jsonObject } from "../oci/json.ts";
import { fail } from "./errors.ts";
import type { KnownBase } from "./lineage.ts";

const DIFF_ID = /^sha256:[0-9a-f]{64}$/;

/** The bases of a JSON file: `{"site/base:13": ["sha256:…", …]}`, layers from the lowest. @throws E_AUDIT_BASE */
export async function readBases(path: string): Promise<readonly KnownBase[]> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fail("E_AUDIT_BASE", { path, reason: reasonOf(cause) }, { cause });
  });
  const document = jsonObject(bytes);
  if (!document) throw fail("E_AUDIT_BASE", { path, reason: "it is no JSON object" });
  return Object.entries(document).map(([name, value]) => {
    const diffIds = asStrings(value);
    if (diffIds && diffIds.length > 0 && diffIds.every((id) => DIFF_ID.test(id))) return { name, diffIds };
    throw fail("E_AUDIT_BASE", { path, reason: `"${name}" is not followed by a list of digests` });
  });
}
