// What a `site.yaml` was read as, kept until its text changes: reading YAML takes longer than all else that a start of
// `shifter` does. Root keeps it for everybody, others for themselves; nothing is believed that others may have written.

import { mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../platform/user.ts";
import { currentUser } from "../platform/user.ts";
import { ensureRuntimeDir, ensureSubdir } from "../run/runtime-dir.ts";
import { SITE_FILE } from "./config-places.ts";
import type { NodeSetting } from "./node-config.ts";
import type { NodeFile } from "./node-schema.ts";
import { readTrusted } from "./trusted-file.ts";

/** What reading depends on. */
export interface NodeSource {
  readonly path: string;
  readonly text: string;
  readonly lenient: boolean;
}

/** A section `node` that fits its schema and is completed by the other sections, and what is said of it. */
export interface NodeReading {
  readonly node: NodeFile;
  readonly settings: readonly NodeSetting[];
  readonly warnings: readonly string[];
}

type Entry = NodeSource & NodeReading & { readonly format: number };

/** Raised whenever the section's schema or NodeReading changes. */
const FORMAT = 1;

const SHARED = "/var/cache/berth-node";
const NAME = "node.json";

/** What was kept of this text, if anything. */
export function recallNode(source: NodeSource, env: Environment): NodeReading | undefined {
  return entryAt(sharedFile(source, env), source, false) ?? entryAt(ownPath(env), source, true);
}

/** Keeps it. A full disk is no reason not to start. */
export function keepNode(source: NodeSource, reading: NodeReading, env: Environment): void {
  const path = process.getuid?.() === 0 ? makeShared(source, env) : ownPath(env);
  if (path === undefined) return;
  const partial = `${path}.${process.pid}`;
  const entry: Entry = { format: FORMAT, ...source, ...reading };
  try {
    writeFileSync(partial, JSON.stringify(entry), { mode: 0o644, flag: "wx" });
    renameSync(partial, path);
  } catch {
    // It is read again next time.
  }
}

function entryAt(path: string | undefined, { path: file, text, lenient }: NodeSource, own: boolean): Entry | undefined {
  if (path === undefined) return undefined;
  try {
    const entry = JSON.parse(readTrusted(path, own)) as Entry;
    const fits = entry.format === FORMAT && entry.path === file && entry.text === text && entry.lenient === lenient;
    return fits && typeof entry.node === "object" && entry.node !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

// The machine's own file is everybody's; drafts and tests name another place, as do nodes whose /var is read-only.
function sharedFile({ path }: NodeSource, env: Environment): string | undefined {
  const dir = env["BERTH_SHARED_CACHE"] || (path === SITE_FILE ? SHARED : undefined);
  return dir && join(dir, NAME);
}

function makeShared(source: NodeSource, env: Environment): string | undefined {
  const file = sharedFile(source, env);
  // What not everybody may read is not kept where everybody can.
  if (file === undefined || ((statSync(source.path, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) === 0)
    return undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    return file;
  } catch {
    return undefined;
  }
}

// The folder counts only when it belongs to the caller alone.
function ownPath(env: Environment): string | undefined {
  const user = currentUser();
  if (user.uid === 0) return undefined;
  try {
    return `${ensureSubdir(ensureRuntimeDir(env, user), "site")}/${NAME}`;
  } catch {
    return undefined;
  }
}
