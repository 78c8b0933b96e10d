// Requests and hosts for tests of this room: plain ones, in which a test names only what it is about.

import type { HostFacts } from "./host.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { LaunchRequest } from "./request.ts";

const REQUEST: LaunchRequest = {
  command: "exec",
  args: ["true"],
  docker: false,
  binds: [],
  noMount: [],
  home: undefined,
  noHome: false,
  cwd: undefined,
  contain: false,
  workdir: undefined,
  scratch: [],
  dns: [],
  writable: false,
  writableTmpfs: false,
  tmpfsSize: 0,
  overlays: [],
  pid: false,
  init: true,
  ipc: false,
  net: false,
  uts: false,
  hostname: undefined,
  userns: false,
  fakeroot: false,
  keepPrivs: false,
  fixedUmask: false,
  cleanEnv: false,
  noEnv: [],
  noEval: false,
  shell: undefined,
  devices: [],
  unsquash: false,
};

/** `exec IMAGE true` without flags, but for what is given. */
export function aRequest(wishes: Partial<LaunchRequest> = {}): LaunchRequest {
  return { ...REQUEST, ...wishes };
}

const HOST: HostFacts = {
  user: { uid: 1001, gid: 1001, name: "ada", home: "/home/ada", shell: "/bin/bash" },
  gecos: "Ada",
  groups: [{ gid: 1001, name: "ada" }],
  unknownGroups: [],
  env: { USER: "ada" },
  cwd: "/work",
  logicalCwd: undefined,
  hostname: "node7",
  umask: 0o027,
  terminal: false,
  kind: () => "dir",
};

/** An ordinary user in /work, but for what is given. */
export function aHost(facts: Partial<HostFacts> = {}): HostFacts {
  return { ...HOST, ...facts };
}

const IMAGE: ImageFacts = {
  config: {},
  envScripts: [],
  runscript: "none",
  testscript: false,
  startscript: false,
  apps: {},
  hasShell: true,
  hasBash: false,
  passwd: "root:x:0:0:root:/root:/bin/sh\n",
  group: "root:x:0:\n",
};

/** A small image made from OCI, but for what is given. */
export function anImage(facts: Partial<ImageFacts> = {}): ImageFacts {
  return { ...IMAGE, ...facts };
}
