// The table of capabilities that may be added after all were dropped (Spin, "Allowed Kernel Capabilities").

import type { CapabilityPolicy } from "../config.ts";

const plainOnly = (description: string): CapabilityPolicy => ({ description, plain: true, external: false });

/** Spin's table: with an external file system only NET_BIND_SERVICE. */
export const SPIN_CAPABILITIES: ReadonlyMap<string, CapabilityPolicy> = new Map([
  ["CHOWN", plainOnly("give files to other users and groups")],
  ["DAC_OVERRIDE", plainOnly("read, write and execute files whatever their permissions")],
  ["FOWNER", plainOnly("change files of others as their owner could")],
  ["KILL", plainOnly("send signals to processes of others")],
  ["SETGID", plainOnly("change to other groups")],
  ["SETUID", plainOnly("change to other users")],
  ["NET_BIND_SERVICE", { description: "listen on ports below 1024", plain: true, external: true }],
]);
