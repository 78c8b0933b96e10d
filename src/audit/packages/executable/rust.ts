// The crates in a program of Rust, as cargo-auditable leaves them in the section `.dep-v0`: JSON packed with zlib.

import { inflateSync } from "node:zlib";
import { asObject, jsonObject } from "../../../oci/json.ts";
import type { FoundPackage } from "../cataloguer.ts";
import { listOf, textOf } from "../json.ts";
import type { Elf } from "./sections.ts";

const SECTION = ".dep-v0";
const MAX_UNPACKED = 16 * 1024 * 1024;

/** Undefined for a program without the section. @throws Error for damage */
export function rustPackages(elf: Elf): readonly FoundPackage[] | undefined {
  const section = elf.section(SECTION);
  if (!section) return undefined;
  const record = jsonObject(inflateSync(section, { maxOutputLength: MAX_UNPACKED }));
  if (!record) throw new Error(`the section ${SECTION} holds no list of crates`);
  return listOf(record["packages"]).flatMap((entry) => crateOf(entry));
}

// What only ran at the build is not in the program.
function crateOf(entry: unknown): readonly FoundPackage[] {
  const crate = asObject(entry);
  const name = textOf(crate?.["name"]);
  const version = textOf(crate?.["version"]);
  if (name === undefined || version === undefined || crate?.["kind"] === "build") return [];
  const source = textOf(crate?.["source"]);
  const elsewhere = source !== undefined && source !== "crates.io";
  return [{ ecosystem: "cargo", name, version, ...(elsewhere ? { origin: source } : {}) }];
}
