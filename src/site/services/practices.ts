// Tables of practices: a profile's with what a site or a project writes in their place.

import { networkOf } from "../../policy/network.ts";
import type { LabelRule, PracticeConfig, PracticeLimits, PracticeWaiver } from "../../policy/practice-config.ts";
import type { Path } from "../config-document.ts";
import { bytesOf, type Findings, msOf } from "../findings.ts";
import type { PracticeFile } from "./practice-schema.ts";
import { demandRule } from "./rule-ids.ts";

export { PRACTICE_KEYS, PRACTICE_SCHEMA, type PracticeFile } from "./practice-schema.ts";

/** Where the tables stand, for what is wrong with them. */
export interface PracticePlace {
  readonly path: Path;
  readonly found: Findings;
}

/** The tables, completed by those that they change. */
export function resolvePractices(
  file: PracticeFile | undefined,
  base: PracticeConfig,
  place: PracticePlace,
): PracticeConfig {
  if (file === undefined) return base;
  const { bindDirs, thresholds, approvedSystems, labels, openPorts, sharedFileSystems, engines, waivers, ...same } =
    file;
  return {
    ...base,
    ...same,
    approvedSystems: changed(base.approvedSystems, approvedSystems),
    bindDirectories: bindDirs ?? base.bindDirectories,
    sharedFileSystems: sharedFileSystems?.map((one) => ({ minDepth: 0, ...one })) ?? base.sharedFileSystems,
    labels: labelsOf(labels, base.labels),
    tagPattern: patternOf(file.tagPattern, base.tagPattern, place),
    limits: limitsOf(thresholds, base.limits),
    fileOwners: { ...base.fileOwners, ...file.fileOwners },
    capabilities: { ...base.capabilities, ...file.capabilities },
    openPorts: openPorts === undefined ? base.openPorts : portsOf(openPorts, place),
    engines: {
      ...base.engines,
      ...engines,
      versions: { ...base.engines.versions, ...engines?.versions },
      subnets: engines?.subnets === undefined ? base.engines.subnets : subnetsOf(engines.subnets, place),
    },
    dataClass: { ...base.dataClass, ...file.dataClass },
    flaws: { ...base.flaws, ...file.flaws },
    ignores: ignoresOf(file.ignores, base.ignores, place),
    waivers: [...base.waivers, ...waiversOf(waivers, place)],
  };
}

function changed(
  base: PracticeConfig["approvedSystems"],
  changes: PracticeFile["approvedSystems"] = {},
): PracticeConfig["approvedSystems"] {
  const table = new Map(base);
  for (const [name, releases] of Object.entries(changes)) {
    if (releases === false) table.delete(name);
    else table.set(name, releases);
  }
  return table;
}

function labelsOf(changes: PracticeFile["labels"] = {}, base: readonly LabelRule[]): readonly LabelRule[] {
  const table = new Map(base.map((one) => [one.name, one]));
  for (const [name, rule] of Object.entries(changes)) {
    if (rule === false) table.delete(name);
    else if (typeof rule === "string") table.set(name, { name, type: rule, required: false });
    else table.set(name, { name, type: rule.type, required: rule.required ?? false });
  }
  return [...table.values()];
}

function patternOf(
  text: string | undefined,
  base: string | undefined,
  { path, found }: PracticePlace,
): string | undefined {
  if (text === undefined) return base;
  try {
    return new RegExp(text).source;
  } catch {
    found.wrong([...path, "tagPattern"], "is no regular expression", "write it like ^v\\d+$");
    return base;
  }
}

function limitsOf(file: PracticeFile["thresholds"] = {}, base: PracticeLimits): PracticeLimits {
  const seconds = (value: string | number | undefined, otherwise: number) => msOf(value, otherwise * 1000) / 1000;
  return {
    imageBytes: bytesOf(file.image) ?? base.imageBytes,
    compressedBytes: bytesOf(file.compressed) ?? base.compressedBytes,
    imageAge: seconds(file.imageAge, base.imageAge),
    scanAge: seconds(file.scanAge, base.scanAge),
    rebuildAge: seconds(file.rebuildAge, base.rebuildAge),
    manyLayers: file.manyLayers ?? base.manyLayers,
    mostLayers: file.mostLayers ?? base.mostLayers,
    wastedShare: file.wastedShare ?? base.wastedShare,
    clutterBytes: bytesOf(file.clutter) ?? base.clutterBytes,
    manyPackages: file.manyPackages ?? base.manyPackages,
  };
}

function portsOf(texts: readonly string[], { path, found }: PracticePlace): PracticeConfig["openPorts"] {
  return texts.flatMap((text, index) => {
    const [first = Number.NaN, last = first] = text.split("-").map(Number);
    if (first >= 1 && first <= last && last <= 65535) return [{ first, last }];
    found.wrong([...path, "openPorts", index], `is no port or range: ${text}`, "write 60000-60050");
    return [];
  });
}

function subnetsOf(texts: readonly string[], { path, found }: PracticePlace): readonly string[] {
  return texts.filter((text, index) => {
    if (networkOf(text)) return true;
    found.wrong([...path, "engines", "subnets", index], `is no network: ${text}`, "write 10.99.0.0/16");
    return false;
  });
}

function ignoresOf(
  file: PracticeFile["ignores"],
  base: PracticeConfig["ignores"],
  { path, found }: PracticePlace,
): PracticeConfig["ignores"] {
  for (const [index, rule] of (file?.locked ?? []).entries())
    demandRule(rule, [...path, "ignores", "locked", index], found);
  return { ...base, ...file };
}

function waiversOf(file: PracticeFile["waivers"] = [], { path, found }: PracticePlace): readonly PracticeWaiver[] {
  return file.map(({ rule, subject, owner, reason, until }, index) => {
    const at = [...path, "waivers", index];
    demandRule(rule, [...at, "rule"], found);
    const end = endOfDay(until);
    if (Number.isNaN(end)) found.wrong([...at, "until"], `is no day: ${until}`, "write it like 2027-12-31");
    return { rule, subject, by: owner, reason, until: end };
  });
}

/** The moment at which a day (UTC) is over; NaN for one that there is not: it would be read as one of the next month. */
export function endOfDay(text: string): number {
  const day = new Date(`${text}T00:00:00Z`);
  const real = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  return real ? day.getTime() / 1000 + 86_400 : Number.NaN;
}
