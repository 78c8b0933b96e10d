// What is worth knowing of an image before its findings: how large, how old, of what; and its layers, since findings name them.

import { withoutSecrets } from "../audit/secrets/without-secrets.ts";
import type { AuditedBase, AuditedImage, AuditedLayer } from "../audit/types.ts";
import { formatSize } from "../base/size.ts";
import { table } from "./table.ts";

const DAY = 86_400;
const LONGEST = 90;

/** The facts as numbers and words, for reports in JSON; what nobody looked at is left out. */
export function aboutImage(image: AuditedImage): Readonly<Record<string, string | number>> {
  const { digest, config, layers = [], files, catalogue, base } = image;
  const facts = {
    digest,
    created: config?.created,
    platform: config && `${config.os}/${config.architecture}`,
    distribution: catalogue?.distribution && (catalogue.distribution.name ?? catalogue.distribution.id),
    compressedBytes: sum(layers.map(({ compressedBytes }) => compressedBytes)),
    unpackedBytes: files && sum(layers.map(({ unpackedBytes }) => unpackedBytes ?? 0)),
    wastedBytes: files && sum(files.hidden.map(({ size }) => size)),
    layers: layers.length,
    baseLayers: base?.layers,
    baseKnownBy: base?.by,
    baseName: base?.name,
    files: files?.entries.length,
    packages: catalogue?.packages.length,
    unreadPackageFiles: catalogue?.gaps.length,
  };
  const known = Object.entries(facts).filter((fact): fact is [string, string | number] => fact[1] !== undefined);
  return Object.fromEntries(known);
}

/** The facts for people; `now` in seconds since 1970. */
export function summaryText(image: AuditedImage, now: number): string {
  const lines = [image.name, `  ${kindText(image, now)}`, `  ${sizeText(image)}`, ...gapLines(image)];
  return `${lines.map(printable).join("\n")}\n\n${layerTable(image)}`;
}

function kindText({ config, catalogue, digest }: AuditedImage, now: number): string {
  const system = catalogue?.distribution;
  const parts = [
    system ? (system.name ?? system.id) : catalogue ? "no known distribution" : undefined,
    config && `${config.os}/${config.architecture}`,
    ageText(config?.created, now),
    digest,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

// A build that sets all times to the beginning of 1970 says nothing of its age.
function ageText(created: string | undefined, now: number): string | undefined {
  const time = Date.parse(created ?? "") / 1000;
  if (!(time > DAY && time <= now)) return undefined;
  const days = Math.floor((now - time) / DAY);
  return days === 0 ? "made today" : `${days} ${days === 1 ? "day" : "days"} old`;
}

function sizeText({ layers = [], files, catalogue }: AuditedImage): string {
  const packed = sum(layers.map(({ compressedBytes }) => compressedBytes));
  const unpacked = sum(layers.map(({ unpackedBytes }) => unpackedBytes ?? 0));
  const wasted = sum(files?.hidden.map(({ size }) => size) ?? []);
  const share = unpacked > 0 && wasted > 0 ? ` (${Math.round((100 * wasted) / unpacked)} %)` : "";
  const parts = [
    `${formatSize(packed)} packed`,
    ...(files ? [`${formatSize(unpacked)} unpacked`, `${formatSize(wasted)} hidden by layers above${share}`] : []),
    ...(files ? [counted(files.entries.length, "file")] : ["files not looked at"]),
    ...(catalogue ? [counted(catalogue.packages.length, "package")] : []),
  ];
  return parts.join(", ");
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function gapLines({ catalogue }: AuditedImage): readonly string[] {
  const gaps = catalogue?.gaps ?? [];
  if (gaps.length === 0) return [];
  return [`  packages of ${counted(gaps.length, "file")} could not be read: ${gaps[0]?.path}, …`];
}

function layerTable({ layers = [], base }: AuditedImage): string {
  if (layers.length < 2) return "";
  const rows = layers.map((layer, index) => [
    ...[String(index + 1), formatSize(layer.compressedBytes), baseText(layer, base?.by), madeBy(layer)],
  ]);
  return `${table(["LAYER", "SIZE", "BASE", "MADE BY"], rows)}\n`;
}

function baseText({ base }: AuditedLayer, by: AuditedBase["by"] | undefined): string {
  return base ? (by === "layers" ? "yes" : "likely") : "";
}

/** The step that made a layer, for one line; secrets that stand in it are left out. */
export function madeBy({ createdBy = "" }: AuditedLayer): string {
  const words = withoutSecrets(createdBy)
    .replace(/^\/bin\/sh -c (?:#\(nop\)\s*)?/, "")
    .replace(/\s+/g, " ")
    .trim();
  return printable(words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

// Names and labels are the image's author's: they must not move the cursor.
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "?");
}
