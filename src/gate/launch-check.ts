// The last question before an image starts: may it run from here, by its place, its owner and its verdict? A few looks at the file
// system and nothing is judged, so that it is not felt. Loaded only on machines that demand it.

import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename, sep } from "node:path";
import { BerthError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { fail } from "./errors.ts";
import { fileMark } from "./file-mark.ts";
import type { AllowedFolder, LaunchPolicy } from "./launch-policy.ts";
import { isSigned, type KeyText } from "./launch-signature.ts";
import { envelopeOf, predicateOf } from "./statement-form.ts";
import type { Verdict } from "./types.ts";
import { verdictPlaces } from "./verdict-places.ts";

/** What checking a launch needs. */
export interface LaunchCheck {
  readonly policy: LaunchPolicy;
  /** Seconds since 1970. */
  readonly now: number;
  readonly log: Pick<Log, "warn">;
}

/** Lets the image pass, warns, or refuses. @throws E_LAUNCH_POLICY, E_LAUNCH_PLACE, E_LAUNCH_OWNER, E_LAUNCH_VERDICT */
export async function checkLaunch(image: string, { policy, now, log }: LaunchCheck): Promise<void> {
  const path = real(image);
  checkPlace(image, path, policy.folders);
  if (policy.verdicts === "ignore") return;
  const fault = await verdictFault(path, policy, now);
  if (!fault) return;
  if (policy.verdicts === "enforce") throw fail("E_LAUNCH_VERDICT", { image, ...fault });
  log.warn(`${image}: ${fault.why}; ${fault.hint}`);
}

/** LOC001: below an allowed folder after all links, and of an allowed owner. */
function checkPlace(image: string, path: string, folders: readonly AllowedFolder[]): void {
  if (folders.length === 0) return;
  const folder = folders.find((one) => path.startsWith(`${real(one.path).replace(/\/$/, "")}${sep}`));
  if (!folder) throw fail("E_LAUNCH_PLACE", { image, folders: folders.map((one) => one.path).join(", ") });
  if (!folder.owners && !folder.groups) return;
  const { uid, gid } = statSync(path);
  const owner = nameOf("/etc/passwd", uid);
  const group = nameOf("/etc/group", gid);
  const fits = (list: readonly string[] | undefined, id: number, name: string | undefined) =>
    !list || list.includes(String(id)) || (name !== undefined && list.includes(name));
  if (fits(folder.owners, uid, owner) && fits(folder.groups, gid, group)) return;
  const owners = [...(folder.owners ?? []), ...(folder.groups ?? []).map((one) => `group ${one}`)].join(", ");
  const whose = `${owner ?? uid}, group ${group ?? gid}`;
  throw fail("E_LAUNCH_OWNER", { image, folder: folder.path, owners, owner: whose });
}

// Of the files only: accounts that images belong to are the machine's own, and nobody waits here for a directory service.
function nameOf(file: string, id: number): string | undefined {
  const lines = readText(file)?.toString("utf8").split("\n") ?? [];
  return lines.map((line) => line.split(":")).find(([, , number]) => number === String(id))?.[0];
}

interface Fault {
  readonly why: string;
  readonly hint: string;
}

const JUDGE = "have it judged: pull it with the site's gateway, or ask those who look after images";

async function verdictFault(path: string, policy: LaunchPolicy, now: number): Promise<Fault | undefined> {
  let verdict: Verdict | undefined;
  try {
    verdict = await verdictOf(path, policy.keys.map(readKey));
  } catch (error) {
    if (!(error instanceof BerthError) || error.code === "E_KEY_FILE") throw error;
    return { why: error.message, hint: error.hint ?? JUDGE };
  }
  if (!verdict) return { why: "nobody has judged it", hint: JUDGE };
  if (!(await isOf(verdict, path))) return { why: "its verdict is about another file", hint: JUDGE };
  if (verdict.release) return undefined;
  return refusalOf(verdict) ?? ageFault(verdict, policy.maxAge, now);
}

function refusalOf({ result, findings, counts }: Verdict): Fault | undefined {
  if (result !== "refused") return undefined;
  const worst = findings.find(
    ({ severity, waived, certainty }) => severity === "error" && !waived && certainty !== "unknown",
  );
  const more = counts.error > 1 ? `, and ${counts.error - 1} more errors` : "";
  const why = `the site's rules refuse it: ${worst ? `${worst.rule} ${worst.message}` : "its verdict"}${more}`;
  return { why, hint: worst?.hint ?? "mend it, build it anew, and pull it again" };
}

function ageFault({ createdAt }: Verdict, maxAge: number | undefined, now: number): Fault | undefined {
  if (maxAge === undefined) return undefined;
  const days = (seconds: number) => Math.floor(seconds / 86_400);
  if (createdAt === undefined)
    return { why: "nobody knows how old it is", hint: "build it anew, with its time of creation" };
  if (now - createdAt <= maxAge) return undefined;
  const why = `it was built ${days(now - createdAt)} days ago, and images may be ${days(maxAge)} days old`;
  return { why, hint: "build it anew from a base of today, and pull it again" };
}

// The gateway's files are named by their digest; others are known again by their mark.
async function isOf({ digest, file }: Verdict, path: string): Promise<boolean> {
  const [, id] = /^([0-9a-f]{64,128})\.\w+$/.exec(basename(path)) ?? [];
  if (id !== undefined && digest.endsWith(`:${id}`)) return true;
  const mark = file && (await fileMark(path));
  return mark !== undefined && mark.bytes === file?.bytes && mark.ends === file.ends;
}

async function verdictOf(path: string, keys: readonly KeyText[]): Promise<Verdict | undefined> {
  for (const place of verdictPlaces(path)) {
    const bytes = readText(place);
    if (!bytes) continue;
    const envelope = envelopeOf(bytes, place);
    if (keys.length > 0 && !(await isSigned(envelope, keys))) throw fail("E_VERDICT_SIGNATURE", { place });
    return predicateOf(envelope, place);
  }
  return undefined;
}

function readKey(path: string): KeyText {
  const text = readText(path);
  if (!text) throw fail("E_LAUNCH_POLICY", { path, why: "this key of the site cannot be read" });
  return { path, pem: text.toString("utf8") };
}

function readText(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
