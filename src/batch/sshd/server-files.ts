// What sshd itself reads: its configuration, who may log in, and the program that every session becomes. Pure.

import type { Person } from "../types.ts";
import { fail } from "./errors.ts";
import type { SshdFile, SshdRequest } from "./types.ts";

/** The program of a session: a script, so that the user's login shell has nothing to understand. */
export const SESSION = "session";

/** The variable by which processes of a session are known as such when their parents are gone. */
export const SESSION_MARK = "BERTH_SSH";

/** Files for OpenSSH's sshd. @throws E_SSHD_WORD, E_SSHD_KEY */
export function opensshFiles(request: SshdRequest): readonly SshdFile[] {
  return [
    { name: "sshd_config", mode: 0o444, content: opensshConfig(request), owner: "root" },
    { name: "host_key", mode: 0o400, content: request.keys.host.openssh, owner: "user" },
    { name: "authorized_keys", mode: 0o444, content: authorizedKeys(request), owner: "root" },
  ];
}

/** Files for Dropbear, which looks for keys in the home of the passwd file that it is shown. @throws E_SSHD_KEY */
export function dropbearFiles(request: SshdRequest): readonly SshdFile[] {
  return [
    { name: "host_key", mode: 0o400, content: request.keys.host.dropbear, owner: "user" },
    { name: "home/.ssh/authorized_keys", mode: 0o444, content: authorizedKeys(request), owner: "root" },
  ];
}

function opensshConfig({ dir, person, sshd }: SshdRequest): string {
  const mayForward = sshd.forwarding ? "yes" : "no";
  return `${[
    `Port ${sshd.port}`,
    `HostKey ${dir}/host_key`,
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    // Nobody but root has written that folder, and it is read-only by now.
    "StrictModes no",
    // A name with @ would be read as a pattern of user and host. Without privilege sshd serves one user in any case.
    ...(person.name.includes("@") ? [] : [`AllowUsers ${person.name}`]),
    "PermitRootLogin no",
    "AuthenticationMethods publickey",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "HostbasedAuthentication no",
    "UsePAM no",
    `ForceCommand /bin/sh ${dir}/${SESSION}`,
    // Looked for in the image by the session.
    "Subsystem sftp sftp-server",
    `AllowTcpForwarding ${mayForward}`,
    `AllowStreamLocalForwarding ${mayForward}`,
    `AllowAgentForwarding ${mayForward}`,
    `X11Forwarding ${mayForward}`,
    "PermitTunnel no",
    "PermitUserEnvironment no",
    "PermitUserRC no",
    // Programs that start ranks send what they need; it meets nothing but the user's own processes.
    "AcceptEnv *",
    "PrintMotd no",
    "PrintLastLog no",
    "UseDNS no",
    "PidFile none",
    "LoginGraceTime 30",
    // Everybody's first rank may call at the same moment.
    "MaxStartups 500",
    "MaxSessions 500",
    "ClientAliveInterval 60",
  ].join("\n")}\n`;
}

function authorizedKeys({ keys, authorized }: SshdRequest): string {
  return `${[keys.user.publicLine, ...authorized.map(publicKey)].join("\n")}\n`;
}

// A line that begins with options could take the forced command away.
function publicKey(text: string): string {
  const line = text.trim();
  const [, key] =
    /^((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]{16,16384}={0,3})(?: [^\n\r]*)?$/.exec(line) ?? [];
  if (key === undefined || line.length > 20_000) throw fail("E_SSHD_KEY", { text: line.slice(0, 60) });
  return key;
}

// What a client could send to ask for another container than the prepared one.
const REQUEST_VARIABLES = [
  "SHIFTER",
  ...["IMAGE", "IMAGETYPE", "IMAGEREQUEST", "VOLUME", "MODULE"].flatMap((name) => [
    `SHIFTER_${name}`,
    `SLURM_SPANK_SHIFTER_${name}`,
  ]),
].join(" ");

// The shell of a login without a command: the user's, where the image has it.
const LOGIN = 'if [ -x "$SHELL" ]; then exec "$SHELL" -l; fi; exec /bin/sh -l';
const SFTP = 'PATH=$PATH:/usr/lib/openssh:/usr/libexec/openssh:/usr/lib/ssh:/usr/libexec; exec "$0"';

/** The script of a session: a program or a shell in the job's container, in the user's home. @throws E_SSHD_WORD */
export function sessionScript({ dir, home, shell, nodeDir, job, shifter, options }: SshdRequest): string {
  const inside = [shifter, ...options].map(quoted).join(" ");
  return `#!/bin/sh
HOME=${quoted(home)} SHELL=${quoted(shell)} BERTH_NODE_DIR=${quoted(nodeDir)} SLURM_JOB_ID=${quoted(job)}
${SESSION_MARK}=${quoted(dir)}
export HOME SHELL BERTH_NODE_DIR SLURM_JOB_ID ${SESSION_MARK}
unset ENV ${job === "0" ? "SLURM_JOB_ID " : ""}${REQUEST_VARIABLES}
cd "$HOME" 2>/dev/null || cd /
case \${SSH_ORIGINAL_COMMAND-} in
  '') exec ${inside} /bin/sh -c ${quoted(LOGIN)} ;;
  sftp-server) exec ${inside} /bin/sh -c ${quoted(SFTP)} sftp-server ;;
  *) exec ${inside} /bin/sh -c "$SSH_ORIGINAL_COMMAND" ;;
esac
`;
}

/** The passwd file that sshd is shown: one user, no start-up files of a login shell on the node. @throws E_SSHD_WORD */
export function passwdLine({ name, uid, gid }: Person, home: string): string {
  for (const text of [name, home])
    if (/[:\x00-\x1f]/.test(text)) throw fail("E_SSHD_WORD", { what: "of", text: JSON.stringify(text) });
  return `${name}:x:${uid}:${gid}::${home}:/bin/sh\n`;
}

/** The group file that sshd is shown: terminals must have the group "tty" there, and without privilege it cannot give it to them. */
export function groupFile({ terminals }: Pick<SshdRequest, "terminals">): string {
  return terminals === undefined ? "" : `tty:x:${terminals}:\n`;
}

function quoted(word: string): string {
  if (/[\x00-\x1f]/.test(word)) throw fail("E_SSHD_WORD", { what: "the word", text: JSON.stringify(word) });
  return `'${word.replaceAll("'", "'\\''")}'`;
}
