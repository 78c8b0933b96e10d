// passwd, group, nsswitch.conf and what else a site has for /etc of containers: files of a directory, or made from what the
// node knows (spec/shifter.md 7.2, 7.3). Reads files; the name service is asked only for what the files do not say.

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { reasonOf } from "../base/errors.ts";
import type { NodeConfig } from "../site/node-config.ts";
import { fail } from "./errors.ts";
import { filterGroups } from "./group-file.ts";
import { groupLines, passwdLineOf } from "./name-service.ts";
import type { Person } from "./types.ts";

/** A file of /etc: its content, or the file of the host that is shown in its place. */
export type EtcFile =
  | { readonly name: string; readonly content: string }
  | { readonly name: string; readonly source: string };

const NEEDED = ["passwd", "group", "nsswitch.conf"] as const;
// Made by the site's layer itself, whatever the directory holds.
const OWN = new Set(["shadow", "mtab"]);

const NSSWITCH = "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files dns\n";
const HOST_CONF = "order hosts,bind\nmulti on\n";

/** The files of /etc of a container of this person. @throws E_ACCOUNTS, E_SHIFTER_ROOT */
export function etcFiles(
  config: Pick<NodeConfig, "accounts" | "maxGroupCount">,
  person: Pick<Person, "name" | "uid" | "gids">,
): readonly EtcFile[] {
  const { accounts, maxGroupCount } = config;
  if (accounts.kind === "files") return filesOf(accounts.path, person.name, maxGroupCount);
  const passwd = [person.uid, ...accounts.accounts].map((who) => passwdLineOf(who));
  const known = passwd.filter((line) => line !== undefined);
  const gids = [...person.gids, ...known.map((line) => Number(line.split(":")[3]))];
  const group = groupLines([...new Set(gids)]);
  return [
    { name: "passwd", content: lines(known) },
    { name: "group", content: filterGroups(lines(group), person.name, maxGroupCount) },
    { name: "nsswitch.conf", content: NSSWITCH },
    { name: "host.conf", content: HOST_CONF },
  ];
}

/** The line of a user in the passwd file that containers get, or what the node knows of him where that is asked. */
export function accountLine(config: Pick<NodeConfig, "accounts" | "systemAccounts">, uid: number): string | undefined {
  if (config.accounts.kind === "dynamic" || config.systemAccounts) return passwdLineOf(uid);
  const text = read(`${config.accounts.path}/passwd`);
  return text.split("\n").find((line) => line.split(":")[2] === String(uid));
}

function filesOf(dir: string, user: string, maxGroupCount: number): readonly EtcFile[] {
  const names = regularFiles(dir).filter((name) => !OWN.has(name));
  const missing = NEEDED.find((name) => !names.includes(name));
  if (missing !== undefined) throw fail("E_ACCOUNTS", { path: `${dir}/${missing}`, why: "it is no file" });
  return names.map((name) => {
    const source = `${dir}/${name}`;
    return name === "group" ? { name, content: filterGroups(read(source), user, maxGroupCount) } : { name, source };
  });
}

function regularFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => isFile(`${dir}/${name}`))
      .sort();
  } catch (cause) {
    throw fail("E_ACCOUNTS", { path: dir, why: reasonOf(cause) }, { cause });
  }
}

// A link is the site's wish for what it leads to; anything but files has no place here.
function isFile(path: string): boolean {
  const info = lstatSync(path, { throwIfNoEntry: false });
  return info !== undefined && (info.isFile() || info.isSymbolicLink());
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw fail("E_ACCOUNTS", { path, why: reasonOf(cause) }, { cause });
  }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
