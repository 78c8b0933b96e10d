// Imports of files that users have made: who may, under which names, and what is said about the file. Whether the caller
// may read the file is tried when it is opened, with his rights.

import { fail } from "../errors.ts";
import type { AclChange, ImageName, Principal, PullRecord } from "../types.ts";
import { requestedLists } from "./lists.ts";
import { normalName } from "./names.ts";
import type { DeskConfig, DeskParts } from "./parts.ts";
import { roomFor } from "./quotas.ts";
import { isAdmin, ownerOf, owns, person, systemOf } from "./rights.ts";

const MAX_PATH = 4096;
const FORMATS = ["squashfs", "sif", "tar", "oci"];

/** A file to be imported. */
export interface ImportFile {
  readonly path: string;
  readonly format: string;
}

/** Queues the import. */
export async function importFile(
  parts: DeskParts,
  asking: Principal | undefined,
  given: ImageName,
  file: ImportFile,
  acl: AclChange,
): Promise<PullRecord> {
  const who = person(asking, "pull", "an import");
  const config = parts.config();
  const system = systemOf(config, given.system);
  mayImport(config, who);
  const name = normalName(given);
  // A file must not pass for what a registry has under that name.
  if (name.itype === "docker") {
    throw fail("E_GATEWAY_TYPE", { itype: name.itype, why: "it is for images of registries" });
  }
  checkFile(file);
  const lists = requestedLists(acl, who);
  const taken = await parts.catalog.named(name);
  if (taken && taken.status !== "EXPIRED" && !owns(who, taken) && !isAdmin(who, system)) {
    throw fail("E_GATEWAY_NAME_TAKEN", { itype: name.itype, tag: name.tag, system: name.system, user: who.user });
  }
  const wanted = { kind: "import", ...name, owner: ownerOf(who), ...lists, registries: new Map() } as const;
  const request = await parts.queue.add({ ...wanted, importFrom: file }, roomFor(parts, who));
  if (isSame(request, who, file)) return request;
  throw fail("E_GATEWAY_UNDER_WAY", { itype: name.itype, tag: name.tag });
}

/** Whether the site lets him import (spec/shifter.md 1.7, `ImportUsers`). @throws E_GATEWAY_IMPORT_OFF, E_GATEWAY_IMPORT_USER */
export function mayImport({ imports }: Pick<DeskConfig, "imports">, { user }: Pick<Principal, "user">): void {
  if (imports === "none") throw fail("E_GATEWAY_IMPORT_OFF");
  if (imports !== "all" && !imports.includes(user)) throw fail("E_GATEWAY_IMPORT_USER", { user });
}

function checkFile({ path, format }: ImportFile): void {
  const because = (why: string) => fail("E_GATEWAY_IMPORT_PATH", { path: path.slice(0, 200), why });
  if (!path.startsWith("/")) throw because("it does not begin at the root");
  if (path.length > MAX_PATH || path.includes("\0")) throw because("no file has such a name");
  if (!FORMATS.includes(format)) throw fail("E_GATEWAY_FORMAT", { format: format.slice(0, 40) });
}

// The queue answers the unfinished request of the name, whatever it was for.
function isSame({ kind, owner, importFrom }: PullRecord, who: Principal, file: ImportFile): boolean {
  return (
    kind === "import" && owner?.uid === who.uid && importFrom?.path === file.path && importFrom.format === file.format
  );
}
