// A file tree with everything that makes reading images hard; used by the tests of the squashfs reader and of inspect.

import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Makes the tree; answers whether its extended attributes could be set. */
export async function makeTree(root: string): Promise<boolean> {
  const at = (name: string) => join(root, name);
  for (const name of ["many", "links", "deep", "names", "empty-dir"]) await mkdir(at(name), { recursive: true });
  await mkdir(at(`deep/${"d/".repeat(60)}`), { recursive: true });
  await writeFile(at(`deep/${"d/".repeat(60)}end`), "end");
  await writeFile(at("empty"), "");
  await writeFile(at("text"), "some words that compress well\n".repeat(20_000));
  await writeFile(at("big"), Buffer.concat([randomBytes(700_000), Buffer.alloc(300_000, "ab"), randomBytes(77_777)]));
  await writeFile(at("exact"), Buffer.alloc(262_144, "block"));
  await writeManyFiles(at("many"));
  await writeSparse(at("sparse"));
  await writeOddNames(at("names"));
  await link(at("many/7"), at("links/hard"));
  await link(at("many/7"), at("hard-too"));
  await writeLinks(at("links"));
  await chmod(at("text"), 0o4755);
  await chmod(at("empty-dir"), 0o1777);
  await utimes(at("exact"), 1, 1);
  return setAttributes(at("many"));
}

// Enough for a directory index and for more than one run of 256 entries.
async function writeManyFiles(folder: string): Promise<void> {
  await writeFile(join(folder, "1"), "one");
  for (let index = 2; index <= 400; index += 1) await writeFile(join(folder, String(index)), `${index}\n`);
}

async function writeSparse(path: string): Promise<void> {
  const file = await open(path, "w");
  await file.write("begin", 0);
  await file.write("middle", 2_000_000);
  await file.truncate(5_000_001);
  await file.close();
}

async function writeOddNames(folder: string): Promise<void> {
  const names = [
    "with space",
    "new\nline",
    "-rf",
    "quote'\"",
    "ünïcödé",
    "日本",
    "back\\slash",
    "n".repeat(255),
    "\u0001",
  ];
  for (const name of names) await writeFile(join(folder, name), name);
  const bytes = Buffer.from([0xff, 0xfe, 0x41, 0xc3]);
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), bytes]), "not UTF-8");
}

async function writeLinks(folder: string): Promise<void> {
  const links = {
    absolute: "/many/1",
    up: "../many/1",
    dir: "../many",
    loop: "loop",
    outside: "../../../../../../etc/hostname-of-nobody",
    long: `${"x/".repeat(1500)}y`,
  };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(folder, name));
}

function setAttributes(folder: string): boolean {
  if (spawnSync("setfattr", ["--version"]).error) return false;
  try {
    for (const name of ["1", "2", "3"]) {
      execFileSync("setfattr", ["-n", "user.short", "-v", "value", join(folder, name)], { stdio: "ignore" });
      execFileSync("setfattr", ["-n", "user.long", "-v", "v".repeat(900), join(folder, name)], { stdio: "ignore" });
    }
    return true;
  } catch {
    return false;
  }
}
