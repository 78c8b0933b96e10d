// Whether root's kernel may read an image: the code that reads squashfs trusts its file, so nobody but root and the gateway may
// be able to change it, and it must be the gateway's.

import { lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import type { BatchImage } from "../types.ts";
import { fail } from "./errors.ts";

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Refuses an image that root must not mount for this user. @throws E_NODE_IMAGE_FILE */
export function checkTrusted(image: BatchImage, config: Pick<NodeConfig, "imagePath">, uid: number): void {
  if (image.root.kind === "dir") checkDirectory(image.root.path);
  else checkFile(image.id, image.root, config.imagePath, uid);
}

function checkFile(id: string, root: { readonly path: string; readonly format: string }, dir: string, uid: number) {
  const { path, format } = root;
  const again = "pull it again through the gateway";
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(id)) throw refused(path, `${JSON.stringify(id)} is no id`, again);
  if (format !== "squashfs") throw refused(path, `its format is ${format}, not squashfs`, again);
  if (dirname(path) !== dir) throw refused(path, `it does not lie in ${dir}`, again);
  const [file, folder] = [look(path), look(real(dir))];
  if (!file.isFile()) throw refused(path, "it is no file", again);
  // The gateway is a user of its own, to whom its folder belongs.
  const owners = new Set([0, folder.uid]);
  owners.delete(uid);
  for (const [what, info] of [
    [path, file],
    [dir, folder],
  ] as const) {
    if (!owners.has(info.uid)) throw refused(path, `${what} belongs to user ${info.uid}`, `chown root ${what}`);
    if ((info.mode & GROUP_OR_OTHERS_WRITE) !== 0)
      throw refused(path, `others may change ${what}`, `chmod go-w ${what}`);
  }
}

// A directory is not parsed by anything, but root lays it where the user sees it: it must be what the user could see anyway, and
// nobody may exchange it for another on the way.
function checkDirectory(path: string): void {
  const advice = "only what root alone can change is set up; shifter --image itself can use it without a set-up";
  if (real(path) !== path)
    throw refused(path, "a part of its path is a link, or is written in a roundabout way", advice);
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = look(at);
    const closed = at !== path && (mode & 0o001) === 0;
    if (uid !== 0 || ((mode & GROUP_OR_OTHERS_WRITE) !== 0 && (mode & STICKY) === 0))
      throw refused(path, `others than root may change ${at}`, advice);
    if (closed) throw refused(path, `not everybody may pass ${at}`, advice);
    if (at === "/") return;
  }
}

function look(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (cause) {
    throw refused(path, reasonOf(cause), "pull it again through the gateway");
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw refused(path, reasonOf(cause), "is the site's imagePath mounted on this node?");
  }
}

function refused(path: string, why: string, advice: string): Error {
  return fail("E_NODE_IMAGE_FILE", { path, why, advice });
}
