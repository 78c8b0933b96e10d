// Where set-ups lie on a node (docs/prepared-plan.md), and which names there are set-ups.

import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import type { SetupKey } from "./types.ts";

/** Where set-ups lie when nobody says. */
export const DEFAULT_NODE_DIR = "/run/berth-node";

// What the kernel takes for a user's number; the last one means "nobody in particular".
const MAX_ID = 0xfffffffe;

/**
 * The directory of set-ups: the option, the variable, the site's. Without links on the way, as tables of mounts have it.
 * @throws E_NODE_DIR
 */
export function nodeDirOf(option: string | undefined, env: Environment, configured: string | undefined): string {
  const dir = option || env["BERTH_NODE_DIR"] || configured || DEFAULT_NODE_DIR;
  const refused = (why: string) => fail("E_NODE_DIR", { dir, why });
  if (!/^(\/[^/]+)+$/.test(dir)) throw refused("it is not an absolute path without an ending slash");
  if (dir.split("/").some((part) => part === "." || part === "..")) throw refused("it goes through . or ..");
  if (/[\x00-\x1f\x7f]/.test(dir)) throw refused("it has a control character");
  return withoutLinks(dir);
}

// Its end may have to be made yet.
function withoutLinks(path: string): string {
  if (path === "/") return path;
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw fail("E_NODE_DIR", { dir: path, why: reasonOf(error) }, { cause: error });
    return join(withoutLinks(dirname(path)), basename(path));
  }
}

/** The directory of a set-up. */
export function setupDir(nodeDir: string, { uid, job }: SetupKey): string {
  return `${nodeDir}/${uid}.${job}`;
}

/** A user's or group's number. @throws E_NODE_KEY */
export function parseId(what: "--uid" | "--gid" | "-U" | "-G", text: string): number {
  const refused = (why: string, advice: string) =>
    fail("E_NODE_KEY", { what, value: JSON.stringify(text), why, advice });
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAX_ID)
    throw refused("it is no number of a user or group", "id -u NAME shows it");
  if (Number(text) === 0) throw refused("containers of jobs are not root's", "name the job's user");
  return Number(text);
}

/** A job's number. @throws E_NODE_KEY */
export function parseJob(text: string | undefined): string {
  if (text === undefined || /^\d{1,20}$/.test(text)) return text === undefined ? "0" : String(BigInt(text));
  const why = "it is no number";
  throw fail("E_NODE_KEY", { what: "--job", value: JSON.stringify(text), why, advice: "name the batch job's number" });
}

/** The key that a name in the directory of set-ups stands for, if it is one. */
export function keyOfName(name: string): SetupKey | undefined {
  const [, uid, job] = /^([1-9]\d{0,9})\.(\d{1,20})$/.exec(name) ?? [];
  return uid === undefined || job === undefined ? undefined : { uid: Number(uid), job };
}
