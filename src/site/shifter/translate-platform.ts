// A system of `imagemanager.json` in `site.yaml`. Pure.

import { resolve } from "node:path";
import type { Path } from "../config-document.ts";
import type { Mover } from "./moves.ts";
import type { ShifterPlatform } from "./schema.ts";

/** Moves a system's keys. */
export function movePlatform(name: string, platform: ShifterPlatform, cwd: string, m: Mover): void {
  const from: Path = ["Platforms", name];
  const to: Path = ["gateway", "systems", name];
  const munge = platform.mungeSocketPath;
  m.move([...from, "mungeSocketPath"], [...to, "munge"], munge && resolve(cwd, munge));
  m.move([...from, "admins"], [...to, "admins"], platform.admins);
  if (platform.accesstype === "local") moveLocal(platform, cwd, from, to, m);
  else moveRemote(platform, cwd, from, to, m);
  const policy = platform.policy_file;
  m.move([...from, "policy_file"], [...to, "signaturePolicy"], policy && resolve(cwd, policy));
  if (policy !== undefined && platform.use_external !== true)
    m.found.odd([...from, "policy_file"], "counts for all pulls, not only with use_external as in Shifter");
  dropRest(platform, from, m);
}

function moveLocal({ local, ssh, host }: ShifterPlatform, cwd: string, from: Path, to: Path, m: Mover): void {
  if (!local) m.found.wrong(from, "has no local.imageDir", 'add "local": {"imageDir": "/images"}');
  m.move([...from, "local", "imageDir"], [...to, "imageDir"], local && resolve(cwd, local.imageDir));
  m.drop([...from, "ssh"], ssh, "accesstype is local");
  m.drop([...from, "host"], host, "accesstype is local");
}

function moveRemote(platform: ShifterPlatform, cwd: string, from: Path, to: Path, m: Mover): void {
  const { ssh, host, local } = platform;
  if (!ssh?.imageDir) m.found.wrong(from, "has no ssh.imageDir", 'add "ssh": {"imageDir": "/images", …}');
  if (!host?.[0]) m.found.wrong(from, "has no host", 'add "host": ["name of the machine"]');
  if (host && host.length > 1) m.found.odd([...from, "host"], "names several machines: only the first is used");
  m.move([...from, "ssh", "imageDir"], [...to, "imageDir"], ssh?.imageDir);
  m.move([...from, "host"], [...to, "remote", "host"], host?.[0], "the first of host");
  m.move([...from, "ssh", "username"], [...to, "remote", "user"], ssh?.username);
  m.move([...from, "ssh", "key"], [...to, "remote", "key"], ssh?.key && resolve(cwd, ssh.key));
  m.move([...from, "ssh", "sshCmdOptions"], [...to, "remote", "sshOptions"], ssh?.sshCmdOptions);
  m.move([...from, "ssh", "scpCmdOptions"], [...to, "remote", "scpOptions"], ssh?.scpCmdOptions);
  m.drop([...from, "local"], local, "accesstype is remote");
}

function dropRest(platform: ShifterPlatform, from: Path, m: Mover): void {
  const client = "berth has its own client for registries, which needs no other program";
  m.drop([...from, "use_external"], platform.use_external, client);
  m.drop([...from, "usergroupService"], platform.usergroupService, "Shifter does not use it either");
  m.drop([...from, "mountCommand"], platform.mountCommand, "Shifter does not use it either");
}
