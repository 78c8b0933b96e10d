// Decides everything about the sshd of a job on one node: its files, its program, what the container gets. Pure.
//
// For the set-up of a node, in this order (all may be called again for the same set-up):
//   const plan = setupSshd(launch, place)        undefined: the site has none
//   prepareSshd(plan)                            before the container's root is mounted: makes the files
//   …plan.mounts…                                records for that root, behind the site's layer, before `readonly`
//   await startSshd(plan, { signal })            last, when logins find the prepared container
//   await stopSshd({ dir, uid, signal })         at teardown, first; dir: sshdDir(setupDir); also after a half set-up

import { clientFiles, clientMounts } from "./client-files.ts";
import { fail } from "./errors.ts";
import { dropbearFiles, groupFile, opensshFiles, passwdLine, SESSION, sessionScript } from "./server-files.ts";
import type { SshdFile, SshdPlan, SshdRequest } from "./types.ts";

/** The folder of a set-up's sshd: beside the set-up, which is sealed. */
export function sshdDir(setupDir: string): string {
  return `${setupDir}.ssh`;
}

/** The options with which `shifter` finds the container that was set up for this request. */
export function sessionOptions(request: {
  /** `TYPE:NAME`. */
  readonly image: string;
  /** Signature of the volumes; empty: none. */
  readonly volumes: string;
  /** Names, in order. */
  readonly modules: readonly string[];
}): readonly string[] {
  const volume = request.volumes === "" ? [] : [`--volume=${request.volumes}`];
  return [`--image=${request.image}`, ...volume, `--module=${request.modules.join(",") || "none"}`];
}

/** The plan. @throws E_SSHD_WORD, E_SSHD_KEY */
export function planSshd(request: SshdRequest): SshdPlan {
  const { dir, person, home, hosts, sshd, program } = request;
  plainWord("the folder", dir);
  plainWord("the user", person.name);
  for (const host of hosts) plainWord("the host", host);
  const dropbear = program.kind === "dropbear";
  const files: readonly SshdFile[] = [
    ...(dropbear ? dropbearFiles(request) : opensshFiles(request)),
    ...clientFiles(request),
    { name: SESSION, mode: 0o444, content: sessionScript(request), owner: "root" },
    { name: "passwd", mode: 0o444, content: passwdLine(person, dropbear ? `${dir}/home` : home), owner: "root" },
    { name: "group", mode: 0o444, content: groupFile(request), owner: "root" },
    { name: "nsswitch.conf", mode: 0o444, content: NSSWITCH, owner: "root" },
  ];
  const { argv, check } = dropbear ? dropbearWords(request) : opensshWords(request);
  return { ...{ dir, person, port: sshd.port, files, argv, check }, covers: COVERS, mounts: clientMounts(dir) };
}

// Nothing of a directory service: a login must not wait for one.
const NSSWITCH = "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n";
const COVERS = [
  ["passwd", "/etc/passwd"],
  ["group", "/etc/group"],
  ["nsswitch.conf", "/etc/nsswitch.conf"],
] as const;

function opensshWords({ dir, program }: SshdRequest): Pick<SshdPlan, "argv" | "check"> {
  const config = ["-f", `${dir}/sshd_config`];
  return { argv: [program.path, "-D", ...config], check: [program.path, "-t", ...config] };
}

function dropbearWords({ dir, program, sshd }: SshdRequest): Pick<SshdPlan, "argv" | "check"> {
  const refuse = sshd.forwarding ? ["-s", "-w", "-m"] : ["-s", "-w", "-m", "-j", "-k"];
  const files = ["-r", `${dir}/host_key`, "-P", `${dir}/none/pid`];
  const session = ["-c", `/bin/sh ${dir}/${SESSION}`];
  return { argv: [program.path, "-F", ...refuse, "-p", String(sshd.port), ...files, ...session], check: undefined };
}

// What stands in configuration files without quotes.
function plainWord(what: string, text: string): void {
  if (!/^[A-Za-z0-9._/:=,+@-]+$/.test(text)) throw fail("E_SSHD_WORD", { what, text: JSON.stringify(text) });
}
