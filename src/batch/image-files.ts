// An image of the gateway as its files on this node tell of it: `<id>.meta`, which every gateway writes, and `<id>.json`, which
// berth's writes beside it because `.meta` cannot say everything (spec/shifter.md 3.2). Knows no gateway.

import { existsSync, readFileSync } from "node:fs";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { type ImageDocument, parseDocument } from "../gateway/publish/image-document.ts";
import { type Meta, readMeta } from "../gateway/publish/meta-reader.ts";
import { canRead } from "../platform/access.ts";
import { fail } from "./errors.ts";
import type { BatchImage } from "./types.ts";

// A list of variables; whoever writes more means harm.
const MAX_BYTES = 4 << 20;

/** An image by its id. @throws E_SHIFTER_NO_SUCH_IMAGE, E_SHIFTER_IMAGE_CLOSED, E_SHIFTER_META, E_SHIFTER_FORMAT */
export function readPublishedImage(imagePath: string, id: string, asked: string): BatchImage {
  const base = `${imagePath}/${id}`;
  const [metaText, jsonText] = [`${base}.meta`, `${base}.json`].map((path) => readText(path, id, asked));
  const document = jsonText === undefined ? undefined : parseDocument(jsonText);
  const meta = metaText === undefined ? undefined : readMeta(metaText);
  if (meta === undefined && document === undefined) throw notThere(base, metaText !== undefined);
  const format = document?.format ?? meta?.format ?? "";
  const path = `${base}.${format}`;
  if (format !== "squashfs") throw fail("E_SHIFTER_FORMAT", { format: format || "(none)", path: base });
  checkFile(path, id, asked);
  return { id, root: { kind: "file", path, format }, ...runFacts(meta, document), ...accessLists(meta, document) };
}

function runFacts(meta: Meta | undefined, document: ImageDocument | undefined) {
  if (document) {
    const { env, entry, cmd, workdir } = document;
    return { env, entrypoint: entry ?? [], cmd: cmd ?? [], workdir: workdir || undefined };
  }
  const { env = [], entry = [], cmd = [], workdir } = meta ?? {};
  return { env, entrypoint: entry, cmd, workdir: workdir || undefined };
}

// The lists change while the rest stays: whichever file has any closes the image.
function accessLists(meta: Meta | undefined, document: ImageDocument | undefined) {
  const { acl } = document ?? {};
  if (acl?.private) return { users: acl.users, groups: acl.groups, private: true };
  return { users: meta?.users ?? [], groups: meta?.groups ?? [] };
}

function notThere(base: string, damaged: boolean): Error {
  if (damaged) return fail("E_SHIFTER_META", { path: `${base}.meta`, why: "it is damaged" });
  return fail("E_SHIFTER_NO_SUCH_IMAGE", { why: `there is no ${base}.meta on this node` });
}

function checkFile(path: string, id: string, asked: string): void {
  if (canRead(path)) return;
  if (existsSync(path)) throw closed(id, asked, path);
  throw fail("E_SHIFTER_NO_SUCH_IMAGE", { why: `there is no ${path} on this node` });
}

function readText(path: string, id: string, asked: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8");
    if (text.length > MAX_BYTES) throw fail("E_SHIFTER_META", { path, why: `it is larger than ${MAX_BYTES} bytes` });
    return text;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return undefined;
    if (errno === "EACCES" || errno === "EPERM") throw closed(id, asked, path);
    if (errno === undefined) throw error;
    throw fail("E_SHIFTER_META", { path, why: reasonOf(error) }, { cause: error });
  }
}

function closed(id: string, asked: string, path: string): Error {
  return fail("E_SHIFTER_IMAGE_CLOSED", { id, asked, why: `${path} belongs to the gateway and is closed to users` });
}
