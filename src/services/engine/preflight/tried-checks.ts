// What only a trial shows: containers are started, asked and removed. Each check may use what the ones before it started.

import { setTimeout } from "node:timers/promises";
import { BerthError, reasonOf } from "../../../base/errors.ts";
import { ok, type Verdict } from "../../../platform/doctor/finding.ts";
import type { EngineInfo } from "../types.ts";
import type { TrialGround } from "./trial-ground.ts";
import { GREETING } from "./trial-image.ts";

/** What the checks have found out for each other. */
export interface Trial {
  readonly ground: TrialGround;
  readonly info: EngineInfo;
  /** The container that serves the page; undefined when it could not be started. */
  server?: string | undefined;
}

type Check = (trial: Trial) => Promise<Verdict>;

const MIB = 1024 ** 2;
/** What databases and web servers of today ask for. */
const MANY_FILES = 65_536;
const FETCH_MS = 5000;

/** In this order. */
export const TRIED_CHECKS: readonly (readonly [name: string, check: Check])[] = [
  ["start", start],
  ["network", network],
  ["ports", ports],
  ["names", names],
  ["commands", commands],
  ["limits", limits],
  ["pause", pause],
  ["ulimits", ulimits],
  ["events", events],
];

async function start(trial: Trial): Promise<Verdict> {
  const { ground, info } = trial;
  try {
    await ground.engine.createNetwork({ name: ground.network, labels: ground.labels }, { signal: ground.signal });
    trial.server = await ground.run("server", {
      networks: [{ name: ground.network, aliases: ["trial-server"] }],
      ports: [{ container: 8080, protocol: "tcp", host: 0, address: "127.0.0.1" }],
      memoryBytes: info.limits ? 64 * MIB : undefined,
    });
    return ok("a container with a network and a port starts");
  } catch (error) {
    return {
      state: "gap",
      found: reasonOf(error),
      consequence: "no service can run",
      cure: startCure(error, info),
    };
  }
}

function startCure(error: unknown, { kind, rootless }: EngineInfo): string {
  const reason = reasonOf(error);
  if (/hybrid/.test(reason))
    return 'set runtime = "runc" under [engine] in containers.conf: crun needs control groups of one version';
  if (/net\/tun/.test(reason)) return "let everybody open /dev/net/tun, as udev does: chmod 0666 /dev/net/tun";
  if (/runtime directory for rootless netns/.test(reason))
    return "give the engine's user a /run/user/UID (loginctl enable-linger USER), and leave runroot and tmpdir below it";
  if (/slirp4netns|pasta/.test(reason)) return "install slirp4netns (or passt)";
  if (/netavark|cni/i.test(reason)) return "install netavark and aardvark-dns (or containernetworking-plugins)";
  if (/iptables|nft/.test(reason)) return "install iptables, and check that the kernel has its modules";
  const hint = error instanceof BerthError ? error.hint : undefined;
  return (
    hint ??
    (kind === "podman" && rootless ? "podman info, as the same user, says more" : "the engine's own log says more")
  );
}

async function network({ ground, server, info }: Trial): Promise<Verdict> {
  const found = server === undefined ? undefined : await ground.engine.container(server);
  const address = found?.addresses[ground.network];
  if (address === undefined) return untried();
  // In a rootless engine's namespace nothing is worth waiting for.
  const answer = await fetched(`http://${address}:8080/`, ground.signal, info.rootless ? 0 : FETCH_MS);
  if (answer === GREETING) return ok(`containers are reached from here at their own address (${address})`);
  return {
    state: "warn",
    found: `${address} is not reached from here: ${answer}`,
    consequence: "the proxy reaches services through published ports only",
    cure: "rootless engines are so; for others check the firewall, and that no other network of this machine has the same range",
  };
}

async function ports({ ground, server }: Trial): Promise<Verdict> {
  const found = server === undefined ? undefined : await ground.engine.container(server);
  const port = found?.ports[0]?.host;
  if (port === undefined) return untried();
  const answer = await fetched(`http://127.0.0.1:${port}/`, ground.signal);
  if (answer === GREETING) return ok(`a published port answers (127.0.0.1:${port})`);
  return {
    state: "gap",
    found: `the published port 127.0.0.1:${port} does not answer: ${answer}`,
    consequence: "services that publish ports cannot be reached",
    cure: "Docker: leave userland-proxy on; Podman: install iptables or nftables; check net.ipv4.ip_forward and the firewall",
  };
}

async function names({ ground, server, info }: Trial): Promise<Verdict> {
  if (server === undefined) return untried();
  const client = await ground.run("client", { networks: [{ name: ground.network, aliases: [] }] });
  const { output } = await ground.command(client, "wget", "-q", "-O", "-", "http://trial-server:8080/");
  if (output === GREETING) return ok("containers of a network find each other by name");
  return {
    state: "gap",
    found: `a container does not find another of its network by name (${output.trim().split("\n").at(-1)?.slice(0, 100)})`,
    consequence: "services of a stack cannot talk to each other",
    cure:
      info.kind === "podman"
        ? "install netavark and aardvark-dns, then podman network reload --all (a new engine: podman system reset)"
        : "check that nothing in the containers' network blocks the engine's name server at 127.0.0.11",
  };
}

async function commands({ ground, server }: Trial): Promise<Verdict> {
  if (server === undefined) return untried();
  const { code, output } = await ground.command(server, "echo", "yes");
  if (code === 0 && output === "yes\n") return ok("programs can be run inside containers");
  return {
    state: "gap",
    found: `a program inside a container answered ${code}`,
    consequence: "no shells, no health checks",
  };
}

async function limits({ ground, server, info }: Trial): Promise<Verdict> {
  if (!info.limits)
    return { state: "warn", found: "this engine sets none", consequence: "a service can take the whole machine" };
  const usage = server === undefined ? undefined : await ground.engine.usage(server);
  if (!usage) return untried();
  if (usage.memoryLimitBytes === 64 * MIB && usage.memoryBytes < 64 * MIB)
    return ok("memory limits and figures of use are right");
  return {
    state: "warn",
    found: `a limit of ${64 * MIB} bytes reads back as ${usage.memoryLimitBytes}, in use ${usage.memoryBytes}`,
    consequence: "limits may have no effect, and figures of use are wrong",
    cure: "check that the control group controllers memory, cpu and pids are there (/proc/cgroups)",
  };
}

async function pause({ ground, server, info }: Trial): Promise<Verdict> {
  if (server === undefined) return untried();
  if (!info.canPause)
    return { state: "warn", found: "this engine cannot", consequence: "idle services are stopped instead" };
  await ground.engine.pause(server);
  await ground.engine.unpause(server);
  return ok("containers can be paused");
}

async function ulimits({ ground, server }: Trial): Promise<Verdict> {
  if (server === undefined) return untried();
  try {
    await ground.run("files", { ulimits: { nofile: { soft: MANY_FILES, hard: MANY_FILES } } });
    return ok(`${MANY_FILES} open files can be given`);
  } catch (error) {
    return {
      state: "warn",
      found: `${MANY_FILES} open files cannot be given: ${reasonOf(error)}`,
      consequence: "services that ask for so many do not start",
      cure: "raise LimitNOFILE of the engine's own unit, or run it with CAP_SYS_RESOURCE",
    };
  }
}

async function events({ ground, server }: Trial): Promise<Verdict> {
  if (server === undefined) return untried();
  const began = Date.now() / 1000 - 60;
  const limit = AbortSignal.timeout(FETCH_MS);
  for await (const event of ground.engine.events({ since: began }, { signal: AbortSignal.any([limit, ground.signal]) }))
    if (event.id === server && event.action === "start") return ok("the engine tells what happens");
  return {
    state: "gap",
    found: "the engine does not tell that a container was started",
    consequence: "what berth shows is minutes old",
    cure: 'Podman: set events_logger = "file" (or journald) under [engine] in containers.conf',
  };
}

function untried(): Verdict {
  return { state: "unknown", found: "not tried: the trial container did not start" };
}

/** What the page says, as soon as it is the trial's; else what was there instead when the time was over. */
async function fetched(url: string, signal: AbortSignal, patienceMs = FETCH_MS): Promise<string> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await fetchOnce(url, AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]));
    signal.throwIfAborted();
    if (answer === GREETING || Date.now() >= end) return answer;
    // The server in the container may not listen yet.
    await setTimeout(50, undefined, { signal });
  }
}

async function fetchOnce(url: string, signal: AbortSignal): Promise<string> {
  try {
    const answer = await fetch(url, { signal });
    return (await answer.text()).slice(0, 100) || `status ${answer.status}`;
  } catch (error) {
    // Of several addresses that failed, none is named.
    return reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error) || "no connection";
  }
}
