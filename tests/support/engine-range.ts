// A bridge and a range of addresses of its own for an engine of a test, so that several engines on one machine do not
// meet. The name of the bridge is the lock: the kernel makes it once only.

import { execFileSync, spawnSync } from "node:child_process";
import { BlockList } from "node:net";

/** Names of the bridges: `bt0` to `bt127`. */
const RANGES = 128;

/** What one engine may use. */
export interface EngineRange {
  /** Exists; for dockerd it is up and has the first address of `subnet`. For Podman, `podman0` is and has. */
  readonly bridge: string;
  /** `10.231.16.0/24`, of the bridge. */
  readonly subnet: string;
  readonly gateway: string;
  /** `10.231.24.0/21`, for networks that the engine makes. */
  readonly pool: string;
}

/** Removes the bridge and those that the engine made with addresses of its range, as a killed one leaves them. */
export function releaseRange({ bridge, subnet }: Pick<EngineRange, "bridge" | "subnet">): void {
  const range = new BlockList();
  range.addSubnet(subnet.split("/")[0] ?? "", 20);
  const { stdout } = spawnSync("ip", ["-json", "-4", "address", "show"], { encoding: "utf8" });
  const links = JSON.parse(stdout || "[]") as { ifname: string; addr_info: { local: string }[] }[];
  const made = links.filter(({ addr_info }) => addr_info.some(({ local }) => range.check(local)));
  for (const name of [...made.map(({ ifname }) => ifname), bridge])
    spawnSync("ip", ["link", "delete", name], { stdio: "ignore" });
}

/** Takes a free range for an engine; give it back with `releaseRange`. */
export function takeRange(kind: "docker" | "podman"): EngineRange {
  // Different processes begin in different places: they then need not try each other's.
  for (let tried = 0; tried < RANGES; tried += 1) {
    const number = (process.pid + tried) % RANGES;
    const bridge = `bt${number}`;
    if (spawnSync("ip", ["link", "add", bridge, "type", "bridge"], { stdio: "ignore" }).status === 0)
      return prepared(kind, bridge, number);
  }
  throw new Error(`all ${RANGES} test bridges are taken, or bridges cannot be made here`);
}

function prepared(kind: "docker" | "podman", bridge: string, number: number): EngineRange {
  const prefix = `10.${231 + Math.floor(number / 16)}`;
  const third = (number % 16) * 16;
  const gateway = `${prefix}.${third}.1`;
  if (kind === "podman") ip("link", "add", PODMAN_BRIDGE, "type", "bridge");
  const used = kind === "podman" ? PODMAN_BRIDGE : bridge;
  ip("address", "add", `${gateway}/24`, "dev", used);
  // One that is not set changes as containers come and go; those that stay then reach nobody for a minute.
  const linkAddress = `02:62:74:00:00:${number.toString(16).padStart(2, "0")}`;
  ip("link", "set", used, "up", "address", linkAddress);
  // Podman removes a bridge without links with the last container; the next one would be without that address.
  if (kind === "podman") ip("link", "set", ONLY_PODMAN, "master", used);
  return { bridge, gateway, subnet: `${prefix}.${third}.0/24`, pool: `${prefix}.${third + 8}.0/21` };
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words);
}

/** Of its default network. */
const PODMAN_BRIDGE = "podman0";
const ONLY_PODMAN = "bt-podman";

/**
 * Waits until no other test's Podman runs on this machine: two would give the same names (podman1, …) to the bridges of
 * their networks. `retry` is called before each attempt. The answer ends it.
 */
export async function onlyPodman(retry: () => void): Promise<string> {
  const until = Date.now() + 100_000;
  for (;;) {
    retry();
    if (spawnSync("ip", ["link", "add", ONLY_PODMAN, "type", "veth"], { stdio: "ignore" }).status === 0)
      return ONLY_PODMAN;
    if (Date.now() > until) throw new Error(`another test's Podman runs: ip link delete ${ONLY_PODMAN} if it does not`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
