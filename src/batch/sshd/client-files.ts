// What `ssh NODE` reads in the job's containers: how the job's nodes are reached, with which key, and what key they have. No
// file of a home is needed or touched. Pure.

import type { MountRecord } from "../../run/launch-plan.ts";
import type { SshdFile, SshdRequest } from "./types.ts";

/** Where the client's files are in the container. Beside hostsfile, since sites put whole folders over /opt/udiImage. */
export const CLIENT_DIR = "/var/shifterSsh";

// Older clients refuse lines that are longer than 4 KiB.
const HOSTS_PER_BLOCK = 32;

/** Files of the client. */
export function clientFiles({ person, job, hosts, sshd, keys }: SshdRequest): readonly SshdFile[] {
  const alias = `berth-job-${job}`;
  const trust = keys.shared ? knownHosts(alias) : unknownHosts();
  const blocks = inBlocks(hosts).map((names) => hostBlock(names, { port: sshd.port, user: person.name, trust }));
  const config = [
    "# Written by berth: the nodes of this job. What ~/.ssh/config says comes first.",
    ...blocks,
    "Host *",
    "    SendEnv LANG LC_*",
    "    Include /etc/ssh/ssh_config.d/*.conf",
    "",
  ].join("\n");
  return [
    { name: "client/ssh_config", mode: 0o444, content: config, owner: "root" },
    { name: "client/known_hosts", mode: 0o444, content: `${alias} ${keys.host.publicLine}\n`, owner: "root" },
    { name: "client/key", mode: 0o400, content: keys.user.openssh, owner: "user" },
  ];
}

/** Puts them into the container. */
export function clientMounts(dir: string): readonly MountRecord[] {
  return [
    { op: "bind", source: `${dir}/client`, target: CLIENT_DIR, flags: ["ro"] },
    { op: "bind", source: `${dir}/client/ssh_config`, target: "/etc/ssh/ssh_config", flags: ["ro"] },
  ];
}

interface Way {
  readonly port: number;
  readonly user: string;
  readonly trust: readonly string[];
}

function hostBlock(hosts: readonly string[], { port, user, trust }: Way): string {
  const patterns = hosts.flatMap((name) => (name.includes(".") || name === "localhost" ? [name] : [name, `${name}.*`]));
  return [
    `Host ${patterns.join(" ")}`,
    `    Port ${port}`,
    `    User ${user}`,
    `    IdentityFile ${CLIENT_DIR}/key`,
    "    IdentitiesOnly yes",
    "    IdentityAgent none",
    "    PreferredAuthentications publickey",
    "    HostKeyAlgorithms ssh-ed25519",
    "    UpdateHostKeys no",
    ...trust,
    "",
  ].join("\n");
}

// One key for all nodes of the job. On a shared node somebody else may have taken the port: he has not that key.
function knownHosts(alias: string): readonly string[] {
  return [
    `    HostKeyAlias ${alias}`,
    `    UserKnownHostsFile ${CLIENT_DIR}/known_hosts`,
    `    GlobalKnownHostsFile ${CLIENT_DIR}/known_hosts`,
    "    StrictHostKeyChecking yes",
  ];
}

// Every node has keys of its own; what leads to the others is the key that the batch system made for the user, as with Shifter.
function unknownHosts(): readonly string[] {
  return [
    "    IdentityFile ~/.udiRoot/id_rsa.key",
    "    UserKnownHostsFile /dev/null",
    "    GlobalKnownHostsFile /dev/null",
    "    StrictHostKeyChecking no",
    "    LogLevel ERROR",
  ];
}

function inBlocks(hosts: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(hosts.length / HOSTS_PER_BLOCK);
  return Array.from({ length: count }, (_, index) =>
    hosts.slice(index * HOSTS_PER_BLOCK, (index + 1) * HOSTS_PER_BLOCK),
  );
}
