// Reads the configuration of a site from either of its two files: Shifter's `imagemanager.json`, unchanged, or berth's own
// `site.yaml`. One way for both: text → value that fits its schema → `site.yaml`'s form → configuration.

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { codeFrame, type Problem, positionOf, type SourceText } from "../base/source.ts";
import { currentUser, type Environment, type User } from "../platform/user.ts";
import { parseConfigDocument } from "./config-document.ts";
import { fail } from "./errors.ts";
import type { Misfit } from "./misfit.ts";
import { placeIn } from "./place.ts";
import { resolveSite, type Surroundings } from "./resolve.ts";
import type { SiteServerConfig } from "./server-config.ts";
import { misfits } from "./shape.ts";
import type { Translation } from "./shifter/moves.ts";
import type { ShifterReading } from "./shifter/read.ts";
import type { SiteFile } from "./site-schema.ts";

const MAX_BYTES = 4 << 20;

export interface ReadOptions {
  readonly env: Environment;
  readonly user: User;
}

/**
 * Reads a site's configuration: `imagemanager.json` when the file is JSON, else `site.yaml`. Every mistake is named with
 * its line. @throws E_SITE_READ, E_SITE_SIZE, E_SITE_CONFIG, E_SITE_NO_GATEWAY
 */
export async function readGatewayConfig(
  path: string,
  options: ReadOptions = { env: process.env, user: currentUser() },
): Promise<SiteServerConfig> {
  const file = resolve(path);
  return await parseGatewayConfig(
    { name: path, text: await readConfigText(path) },
    { ...options, file, cwd: process.cwd() },
  );
}

/** The file in the form of `site.yaml`, whichever it is: for those who need only a part of it. @throws as above */
export async function readSiteFile(path: string, options: ReadOptions): Promise<SiteFile> {
  const source = { name: path, text: await readConfigText(path) };
  const around = { ...options, file: resolve(path), cwd: process.cwd() };
  return (isShifterForm(source) ? await readShifterForm(source, around) : await readSiteForm(source)).file;
}

/** As `readSiteFile`; undefined when there is no such file, or only others may read it. @throws E_SITE_SIZE, E_SITE_CONFIG */
export async function readSiteFileIfAny(path: string, options: ReadOptions): Promise<SiteFile | undefined> {
  return readSiteFile(path, options).catch((error: unknown) => {
    if (error instanceof Error && ["ENOENT", "EACCES"].includes(errnoOf(error.cause) ?? "")) return undefined;
    throw error;
  });
}

/** Reads the configuration from its text. @throws as `readGatewayConfig`, but for reading */
export async function parseGatewayConfig(source: SourceText, around: Surroundings): Promise<SiteServerConfig> {
  const form = isShifterForm(source) ? "shifter" : "site";
  const { file, warnings, place } =
    form === "shifter" ? await readShifterForm(source, around) : await readSiteForm(source);
  if (!file.gateway && !file.services) throw fail("E_SITE_NO_GATEWAY", { file: source.name });
  const resolved = resolveSite(file, around);
  if (resolved.found.problems.length > 0) throw configError(source, resolved.found.problems.map(place));
  const odd = [...warnings, ...resolved.found.warnings.map(place)].map((problem) => oneLine(source, problem));
  return {
    file: around.file,
    form,
    warnings: odd,
    server: resolved.server,
    gateway: resolved.gateway,
    registry: resolved.registry,
    services: resolved.services,
    advisories: resolved.advisories,
  };
}

interface ReadForm {
  readonly file: SiteFile;
  readonly warnings: readonly Problem[];
  /** Where in the text it stands, what concerns a part of `file`. */
  readonly place: (misfit: Misfit) => Problem;
}

async function readSiteForm(source: SourceText): Promise<ReadForm> {
  const document = await parseConfigDocument(source, "yaml");
  if (document.problems.length > 0) throw configError(source, document.problems);
  const { SITE_SCHEMA } = await import("./site-schema.ts");
  const value = document.value ?? {};
  const found = misfits(SITE_SCHEMA, value);
  if (found.length > 0) throw configError(source, found.map(placeIn(document)));
  return { file: value as SiteFile, warnings: [], place: placeIn(document) };
}

/**
 * Reads an `imagemanager.json` as moves into `site.yaml`'s form.
 * @throws E_SITE_READ, E_SITE_SIZE, E_SITE_CONFIG
 */
export async function readTranslation(
  path: string,
  env: Environment,
): Promise<{ readonly translation: Translation; readonly warnings: readonly string[] }> {
  const source = { name: path, text: await readConfigText(path) };
  const { translation, warnings } = await readShifter(source, { env, cwd: process.cwd() });
  return { translation, warnings: warnings.map((problem) => oneLine(source, problem)) };
}

async function readShifter(source: SourceText, around: Pick<Surroundings, "env" | "cwd">): Promise<ShifterReading> {
  const { readShifterDocument } = await import("./shifter/read.ts");
  const reading = await readShifterDocument(source, around);
  if (reading.problems.length > 0) throw configError(source, reading.problems);
  return reading;
}

async function readShifterForm(source: SourceText, around: Surroundings): Promise<ReadForm> {
  const { warnings, translation, document } = await readShifter(source, around);
  const place = (misfit: Misfit) => placeIn(document)({ ...misfit, path: translation.origin(misfit.path) });
  return { file: translation.file as SiteFile, warnings, place };
}

/** True for Shifter's file: a JSON text, which `site.yaml` never begins like. */
function isShifterForm({ text }: SourceText): boolean {
  return text.trimStart().startsWith("{");
}

/** The text of a configuration. @throws E_SITE_READ, E_SITE_SIZE */
async function readConfigText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw fail("E_SITE_SIZE", { file: path, limit: MAX_BYTES });
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && cause.name === "BerthError") throw cause;
    const advice = "by --config FILE or the variable BERTH_SITE_CONFIG";
    throw fail("E_SITE_READ", { file: path, why: reasonOf(cause), advice }, { cause });
  }
}

const SHOWN = 10;

/** All mistakes of a file as one failure, each with its lines. */
function configError(source: SourceText, problems: readonly Problem[]): Error {
  const shown = problems.slice(0, SHOWN).map((problem) => {
    return `${oneLine(source, problem)}\n${codeFrame({ source, range: problem.range })}`;
  });
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  return fail("E_SITE_CONFIG", { file: source.name, problems: [...shown, ...more].join("\n") });
}

function oneLine({ name, text }: SourceText, { range, message, hint }: Problem): string {
  const { line, column } = positionOf(text, range.start);
  return `${name}:${line}:${column}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
}
