// The attributes of an image (labels, scripts, environment, apps) out of its files, for images without the SIF object
// that holds them, and for those whose object makes no sense.

import { hasCode } from "../../base/errors.ts";
import { type AppAttributes, asAttribute, type ImageAttributes } from "../metadata/index.ts";
import type { ImageTree } from "../squashfs-reader/index.ts";

const ROOT = "/.singularity.d";
const APPS = "/scif/apps";
const MAX_SCRIPT_BYTES = 4 * 1024 * 1024;
const MAX_APPS = 1000;

/** Reads the attributes; what is missing or of the wrong kind is left out. */
export async function readAttributes(tree: ImageTree): Promise<ImageAttributes> {
  const apps = await readApps(tree);
  return defined({
    apps: Object.keys(apps).length > 0 ? apps : undefined,
    environment: await readEnvironment(tree, `${ROOT}/env`),
    labels: parseLabels(await text(tree, `${ROOT}/labels.json`)),
    runscript: await text(tree, `${ROOT}/runscript`),
    startscript: await text(tree, `${ROOT}/startscript`),
    test: await text(tree, `${ROOT}/test`),
    helpfile: await text(tree, `${ROOT}/runscript.help`),
    deffile: await text(tree, `${ROOT}/Singularity`),
  });
}

async function readApps(tree: ImageTree): Promise<Record<string, AppAttributes>> {
  const apps: Record<string, AppAttributes> = {};
  for (const name of (await names(tree, APPS)).slice(0, MAX_APPS)) {
    const base = `${APPS}/${name}/scif`;
    apps[name] = defined({
      environment: await readEnvironment(tree, `${base}/env`),
      labels: parseLabels(await text(tree, `${base}/labels.json`)),
      runscript: await text(tree, `${base}/runscript`),
      test: await text(tree, `${base}/test`),
      helpfile: await text(tree, `${base}/runscript.help`),
    });
  }
  return apps;
}

// The scripts that tell the image from any other; the rest of the directory is the same everywhere.
async function readEnvironment(tree: ImageTree, directory: string): Promise<Record<string, string> | undefined> {
  const scripts: Record<string, string> = {};
  for (const name of await names(tree, directory)) {
    if (!/^(10-docker.*|9\d-environment)\.sh$/.test(name)) continue;
    const script = await text(tree, `${directory}/${name}`);
    if (script !== undefined) scripts[`${directory}/${name}`] = script;
  }
  return Object.keys(scripts).length > 0 ? scripts : undefined;
}

/** Labels of a `labels.json`; undefined when it is missing or not an object of texts. */
export function parseLabels(json: string | undefined): Record<string, string> | undefined {
  if (json === undefined) return undefined;
  try {
    return stringRecord(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** The entries of an object whose values are texts, numbers or truth values, as texts. */
export function stringRecord(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const texts = Object.entries(value).filter(([, entry]) => ["string", "number", "boolean"].includes(typeof entry));
  return Object.fromEntries(texts.map(([name, entry]) => [name, String(entry)]));
}

async function text(tree: ImageTree, path: string): Promise<string | undefined> {
  return ifThere(async () => asAttribute((await tree.readSmall(path, MAX_SCRIPT_BYTES)).toString("utf8")));
}

async function names(tree: ImageTree, path: string): Promise<readonly string[]> {
  return (await ifThere(async () => (await tree.list(path)).map(({ name }) => name))) ?? [];
}

const ABSENT = ["E_IMAGE_PATH_MISSING", "E_IMAGE_PATH_KIND", "E_IMAGE_PATH_LOOP", "E_IMAGE_FILE_TOO_BIG"];

async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (ABSENT.some((code) => hasCode(error, code))) return undefined;
    throw error;
  }
}

/** Without the fields that are undefined. */
export function defined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
