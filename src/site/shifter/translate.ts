// What each key of `imagemanager.json` is in `site.yaml`, and why it is so. Pure: a value that fits the schema in, moves out.

import { resolve } from "node:path";
import type { Environment } from "../../platform/user.ts";
import { parseDuration } from "../units.ts";
import { type Mover, mover, type Translation } from "./moves.ts";
import type { ShifterFile, ShifterLocation } from "./schema.ts";
import { movePlatform } from "./translate-platform.ts";

/** What Shifter's gateway reads besides its file. */
export interface ShifterSurroundings {
  readonly env: Environment;
  /** Folder where relative paths begin. */
  readonly cwd: string;
}

/** Translates a configuration that fits Shifter's schema. */
export function translateShifter(file: ShifterFile, around: ShifterSurroundings): Translation {
  const m = mover();
  moveServer(file, m);
  for (const [name, platform] of Object.entries(file.Platforms)) movePlatform(name, platform, around.cwd, m);
  moveLocations(file, around.cwd, m);
  moveTimes(file, m);
  moveFolders(file, around.cwd, m);
  movePeople(file, m);
  moveConversion(file, m);
  moveHabits(file, around.env, m);
  dropUnused(file, m);
  return m.end();
}

const LOG_LEVELS = { debug: "debug", info: "info", warn: "warn", warning: "warn", error: "error", critical: "fatal" };

function moveServer({ LogLevel }: ShifterFile, m: Mover): void {
  if (LogLevel === undefined) return;
  const levels: Readonly<Record<string, string>> = LOG_LEVELS;
  const level = levels[LogLevel.toLowerCase()];
  if (level === undefined) m.found.wrong(["LogLevel"], "is no level", `write one of ${Object.keys(levels).join(", ")}`);
  m.move(["LogLevel"], ["server", "logLevel"], level);
}

function moveLocations(file: ShifterFile, cwd: string, m: Mover): void {
  for (const [name, location] of Object.entries(file.Locations ?? {})) moveLocation(name, location, cwd, m);
  m.move(["DefaultImageLocation"], ["gateway", "defaultRegistry"], file.DefaultImageLocation);
}

function moveLocation(name: string, location: ShifterLocation, cwd: string, m: Mover): void {
  const from = ["Locations", name];
  const to = ["gateway", "registries", name];
  m.move(from, to, {});
  m.move([...from, "url"], [...to, "url"], location.url);
  m.move([...from, "sslcacert"], [...to, "ca"], location.sslcacert && resolve(cwd, location.sslcacert));
  m.move([...from, "authMethod"], [...to, "auth"], location.authMethod);
  m.drop([...from, "authentication"], location.authentication, "Shifter does not use it either");
  m.drop([...from, "remotetype"], location.remotetype, "every registry speaks the distribution protocol");
  if (location.remotetype === "dockerhub")
    m.found.odd([...from, "remotetype"], "is dockerhub, which Shifter has given up; it is read as dockerv2");
  else if (location.remotetype !== undefined && location.remotetype !== "dockerv2")
    m.found.wrong([...from, "remotetype"], "is no kind of registry", 'write "dockerv2"');
}

// Shifter tests for one key and reads the other, so that in truth neither works (spec/shifter.md 1.5).
function moveTimes(file: ShifterFile, m: Mover): void {
  const { PullUpdateTimeout, PullUpdateTime, ImageExpirationTimeout } = file;
  const name = PullUpdateTimeout === undefined ? "PullUpdateTime" : "PullUpdateTimeout";
  const note = `seconds; Shifter, by a mistake of its own, used 300 whatever ${name} says`;
  m.move([name], ["gateway", "pullUpdate"], PullUpdateTimeout ?? PullUpdateTime, note);
  if (PullUpdateTimeout !== undefined && PullUpdateTime !== undefined) {
    m.drop(["PullUpdateTime"], PullUpdateTime, "PullUpdateTimeout counts");
    if (PullUpdateTime !== PullUpdateTimeout)
      m.found.odd(["PullUpdateTime"], "differs from PullUpdateTimeout, which counts", "leave one of them out");
  }
  const expiration = ImageExpirationTimeout;
  if (expiration !== undefined && parseDuration(expiration) === 0)
    m.found.odd(["ImageExpirationTimeout"], "is 0: images expire as soon as they have been used");
  m.move(["ImageExpirationTimeout"], ["gateway", "expiration"], expiration, "days:hours:minutes:seconds, or 90d");
}

function moveFolders({ CacheDirectory, ExpandDirectory }: ShifterFile, cwd: string, m: Mover): void {
  const cacheNote = "layers of Shifter's cache are not used again: berth has folders of its own in there";
  m.move(["CacheDirectory"], ["gateway", "cacheDir"], CacheDirectory && resolve(cwd, CacheDirectory), cacheNote);
  const workNote = "must be a local disk";
  m.move(["ExpandDirectory"], ["gateway", "workDir"], ExpandDirectory && resolve(cwd, ExpandDirectory), workNote);
}

function movePeople(file: ShifterFile, m: Mover): void {
  m.move(["Authentication"], ["gateway", "authentication"], file.Authentication);
  const users = file.ImportUsers;
  if (users === undefined) return;
  const everybody = Array.isArray(users) && users.length === 0;
  if (everybody)
    m.found.odd(["ImportUsers"], "is an empty list, which lets everybody import", 'write "all" or "None" to be clear');
  const imports = everybody ? "all" : users === null || users === "None" ? "none" : users;
  m.move(["ImportUsers"], ["gateway", "imports"], imports, everybody ? "an empty list means everybody" : undefined);
}

function moveConversion(file: ShifterFile, m: Mover): void {
  m.move(["examiner"], ["gateway", "examiner"], file.examiner ?? undefined);
  const format = file.DefaultImageFormat;
  if (format !== undefined && !["squashfs", "ext4", "xfs"].includes(format))
    m.found.wrong(["DefaultImageFormat"], "is no format that nodes can mount", 'write "squashfs"');
  m.move(["DefaultImageFormat"], ["gateway", "format"], format);
  for (const [kind, options] of Object.entries(file.ConverterOptions ?? {})) {
    const from = ["ConverterOptions", kind];
    const words = typeof options === "string" ? options.split(/\s+/).filter((word) => word !== "") : options;
    m.move(from, ["gateway", "converterOptions", kind], words);
  }
  m.move(["WorkerThreads"], ["gateway", "workers", "jobs"], file.WorkerThreads);
}

// What the two gateways do unasked differs; the translated file says aloud what people are used to.
function moveHabits(file: ShifterFile, env: Environment, m: Mover): void {
  m.move(
    [],
    ["gateway", "anonymous"],
    true,
    "as with Shifter: public images can be listed and looked up without credentials",
  );
  m.move(["Metrics"], ["gateway", "metrics"], file.Metrics ?? false, "false in Shifter unless said");
  const labels = env["ENABLE_LABELS"] !== undefined;
  m.move([], ["gateway", "labels"], labels, "the variable ENABLE_LABELS");
  const bare = Boolean(env["DISABLE_ACL_METADATA"]);
  m.move([], ["gateway", "aclInMeta"], !bare, "the variable DISABLE_ACL_METADATA, denied");
}

function dropUnused(file: ShifterFile, m: Mover): void {
  const records = "berth keeps records in a database of its own: berth gateway import-mongo brings the old ones";
  m.drop(["MongoDBURI"], file.MongoDBURI, records);
  m.drop(["MongoDB"], file.MongoDB, records);
  m.drop(["DefaultLustreReplication"], file.DefaultLustreReplication, "Shifter does not use it either");
  m.drop(["DefaultOstCount"], file.DefaultOstCount, "Shifter does not use it either");
}
