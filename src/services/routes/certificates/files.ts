// Certificates that the site puts into a folder: NAME.crt (or .pem) with NAME.key beside it. Read again when they change.

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../../../base/errors.ts";
import { type Certificate, readCertificate } from "./certificate.ts";

/** What lies in the folder; certificates by their path. */
export interface FolderContent {
  readonly certificates: ReadonlyMap<string, Certificate>;
  /** Of files that cannot be used, a sentence each. */
  readonly problems: readonly string[];
  /** Changes when a file does. */
  readonly mark: string;
}

const LARGEST = 1024 * 1024;

/** A number for the state of the folder, cheap to ask for. */
export async function folderMark(dir: string): Promise<string> {
  const names = await namesIn(dir);
  const stats = await Promise.all(names.map((name) => stat(join(dir, name)).catch(() => undefined)));
  return names
    .map((name, index) => `${name} ${stats[index]?.mtimeMs} ${stats[index]?.size} ${stats[index]?.ino}`)
    .join("\n");
}

/**
 * Reads the folder; one that is not there is empty. A pair that cannot be used now is as it was `before`: whoever exchanges it
 * writes one file after the other.
 */
export async function readFolder(dir: string, before: FolderContent["certificates"]): Promise<FolderContent> {
  const mark = await folderMark(dir);
  const names = (await namesIn(dir)).filter((name) => /\.(?:crt|pem)$/.test(name)).sort();
  const certificates = new Map<string, Certificate>();
  const problems: string[] = [];
  for (const name of names) {
    const path = join(dir, name);
    try {
      const [certificate, key] = await Promise.all([readText(path), readText(path.replace(/\.(?:crt|pem)$/, ".key"))]);
      certificates.set(path, readCertificate(certificate, key, path));
    } catch (error) {
      const known = before.get(path);
      if (known) certificates.set(path, known);
      problems.push(reasonOf(error));
    }
  }
  return { certificates, problems, mark };
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((name) => /\.(?:crt|pem|key)$/.test(name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > LARGEST) throw new Error(`${path} is too large for a certificate`);
  return await readFile(path, "utf8");
}
