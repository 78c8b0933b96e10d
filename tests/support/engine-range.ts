// A bridge and a range of addresses of its own for an engine of a test, so that several engines on one machine do not
// meet. The name of the bridge is the lock: the kernel makes it once only.

import { execFileSync, spawnSync } from "node:child_process";
import { BlockList } from "node:net";

/** Names of the bridges: `bt0` to `bt127`. */
const RANGES = 128;

/** What one engine may use. */
export interface EngineRange {
  /** Exists; for dockerd it is up and has the first address of `subnet`. */
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

/** Takes a free range; give it back with `releaseRange`. `wanted` false: the bridge only keeps the range, and has no address. */
export function takeRange(wanted = true): EngineRange {
  // Different processes begin in different places: they then need not try each other's.
  for (let tried = 0; tried < RANGES; tried += 1) {
    const number = (process.pid + tried) % RANGES;
    const bridge = `bt${number}`;
    if (spawnSync("ip", ["link", "add", bridge, "type", "bridge"], { stdio: "ignore" }).status === 0)
      return prepared(bridge, number, wanted);
  }
  throw new Error(`all ${RANGES} test bridges are taken, or bridges cannot be made here`);
}

function prepared(bridge: string, number: number, wanted: boolean): EngineRange {
  const prefix = `10.${231 + Math.floor(number / 16)}`;
  const third = (number % 16) * 16;
  const gateway = `${prefix}.${third}.1`;
  if (wanted) {
    execFileSync("ip", ["address", "add", `${gateway}/24`, "dev", bridge]);
    execFileSync("ip", ["link", "set", bridge, "up"]);
  }
  return { bridge, gateway, subnet: `${prefix}.${third}.0/24`, pool: `${prefix}.${third + 8}.0/21` };
}

const ONLY_PODMAN = "bt-podman";

/**
 * Waits until no other test's Podman runs on this machine: two would give the same names (podman1, …) to the bridges of
 * their networks. `retry` is called before each attempt. The answer ends it.
 */
export async function onlyPodman(retry: () => void): Promise<string> {
  const until = Date.now() + 100_000;
  for (;;) {
    retry();
    if (spawnSync("ip", ["link", "add", ONLY_PODMAN, "type", "bridge"], { stdio: "ignore" }).status === 0)
      return ONLY_PODMAN;
    if (Date.now() > until) throw new Error(`another test's Podman runs: ip link delete ${ONLY_PODMAN} if it does not`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
