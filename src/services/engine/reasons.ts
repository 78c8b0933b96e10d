// What engines say when they refuse, turned into berth's failures: their sentences cleaned of the noise of the layers below
// them (shim, runtime, drivers), and of anything that may be secret.

import type { BerthError } from "../../base/errors.ts";
import { fail } from "./errors.ts";

const MAX_REASON = 400;

/** Sentences that say only which part of the engine speaks. */
const NOISE: readonly RegExp[] = [
  /^Error response from daemon: /i,
  /failed to create (?:shim )?task(?: for container)?: /gi,
  /OCI runtime create failed: /gi,
  /\b(?:runc|crun): /g,
  /\brunc create failed: /gi,
  /unable to start container process: /gi,
  /error during container init: /gi,
  /driver failed programming external connectivity on endpoint \S+ \([0-9a-f]+\): /gi,
  /container create: /gi,
  /: (?:unknown|OCI permission denied|OCI runtime attempted to invoke a command that was not found)$/g,
  /initializing source \S+: /gi,
];

/** A full disk, with the path below the engine's folder that it hit. The kernel says the same when it has no more control groups or watches. */
const DISK_FULL = /(?:\b[a-z]+ )?(?:"[^"]*"|\S*\/\S*): (?:no space left on device|disk quota exceeded)$/i;
const NO_DISK = /cgroup|inotify|keyring/i;

/** One line of the engine's words, without noise and logins. */
export function cleanReason(words: string): string {
  let reason = words.replaceAll(/\s+/g, " ").trim();
  for (const noise of NOISE) reason = reason.replace(noise, "");
  if (!NO_DISK.test(reason)) reason = reason.replace(DISK_FULL, "the engine's disk is full");
  reason = reason
    .replaceAll(/:\/\/[^/\s@]+@/g, "://")
    .replaceAll(/([?&][^=\s&]*(?:token|sig|secret|key|password|credential)[^=\s&]*)=[^&\s"]+/gi, "$1=…")
    .replaceAll(/\b(bearer|basic) [\w.~+/=-]{8,}/gi, "$1 …");
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason || "it did not say why";
}

/** What was asked, and of what. */
export interface Asked {
  /** `start web` */
  readonly action: string;
  /** What is named in the failure: a container, an image, a network. */
  readonly name: string;
  readonly of: "container" | "image" | "network" | "volume" | "engine";
  /** What failed if nothing more is known. */
  readonly otherwise?: "E_ENGINE_START" | "E_ENGINE_PULL" | "E_ENGINE_LOAD";
}

/** An engine's refusal. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** The failure for a refusal, by its words first (the two engines use different statuses for the same), then its status. */
export function refused(refusal: Refusal, asked: Asked): BerthError {
  const { message } = refusal;
  const reason = cleanReason(message);
  const name = shortId(asked.name);
  const action = asked.action.replace(asked.name, name);
  const port =
    /(?:bind for|listen (?:tcp|udp)[46]?|exposing port \w+) (?:\S*?:)?(\d+)\b.*(?:already (?:allocated|in use)|address already)/i.exec(
      message,
    )?.[1];
  if (port !== undefined) return fail("E_ENGINE_PORT_TAKEN", { name, port });
  if (/\bname\b.*\balready (?:in use|used)|name is already in use|network with name \S+ already exists/i.test(message))
    return fail("E_ENGINE_NAME_TAKEN", { name });
  if (/pool overlaps|already used on the host|non-overlapping|invalid subnet|could not find free subnet/i.test(message))
    return fail("E_ENGINE_SUBNET", { name, reason });
  if (/no such image|image not known|failed to find image/i.test(message) && asked.otherwise !== "E_ENGINE_PULL")
    return fail("E_ENGINE_NO_IMAGE", { name: asked.of === "image" ? name : imageIn(message) });
  const network = /network (\S+) not found|unable to find network with name or ID (\S+?):/i.exec(message);
  if (network) return fail("E_ENGINE_NO_NETWORK", { name: network[1] ?? network[2] });
  if (asked.of === "container") {
    if (/no such container|no container with name|^status 404$/i.test(message))
      return fail("E_ENGINE_NO_CONTAINER", { name });
    if (/ is paused\b/i.test(message)) return fail("E_ENGINE_PAUSED", { name });
    if (/is not running|only (?:kill|create exec sessions on) running|can only create exec/i.test(message))
      return fail("E_ENGINE_NOT_RUNNING", { name });
    if (/running container|as it is running|running or paused containers/i.test(message))
      return fail("E_ENGINE_RUNNING", { name });
  }
  if (/in use|being used|active endpoints|must force|using its referenced/i.test(message))
    return fail("E_ENGINE_IN_USE", { name, reason });
  if (asked.otherwise === "E_ENGINE_START") return fail("E_ENGINE_START", { name, reason, cure: startCure(reason) });
  if (asked.otherwise === "E_ENGINE_PULL") return fail("E_ENGINE_PULL", { name, reason, cure: pullCure(reason) });
  if (asked.otherwise === "E_ENGINE_LOAD") return fail("E_ENGINE_LOAD", { reason });
  return fail("E_ENGINE_REFUSED", { action, reason });
}

// People know containers by the first digits of their ids, if at all.
function shortId(name: string): string {
  return /^[0-9a-f]{64}$/.test(name) ? name.slice(0, 12) : name;
}

function imageIn(message: string): string {
  return /no such image: ([^\s:]+(?::[\w.-]+)?)/i.exec(message)?.[1] ?? "that it was to run";
}

/** What the engine's words about a failed start mean, and what helps. */
const START_CURES: readonly (readonly [RegExp, string])[] = [
  [
    /disk is full/,
    "remove what fills it: stacks and their volumes, containers that write much, images that nobody needs",
  ],
  [
    /rlimit/i,
    "the engine may not raise limits so far: give the service lower ulimits, or run the engine with CAP_SYS_RESOURCE",
  ],
  [
    /hybrid mode/i,
    'this runtime cannot live with this machine\'s control groups: set runtime = "runc" in containers.conf',
  ],
  [/oom_score_adj/i, "the engine may not lower oom_score_adj: leave it out, or give 0 or more"],
  [/exec format error/i, "the image is for another kind of processor"],
  [/unable to find user|no matching entries in passwd/i, "the image knows no such user: give the number instead"],
  [/permission denied/i, "the program is not executable in the image, or the user may not run it"],
  [
    /no such file or directory|not found in \$PATH/i,
    "check the command, the entry point and the paths that are mounted",
  ],
  [/cgroup/i, "the engine cannot set these limits on this machine: berth doctor services says more"],
];

function startCure(reason: string): string {
  return START_CURES.find(([words]) => words.test(reason))?.[1] ?? "the engine's own log says more";
}

const PULL_CURES: readonly (readonly [RegExp, string])[] = [
  [/manifest unknown|not found|no such manifest/i, "check the name and the tag"],
  [
    /unauthorized|denied|authentication required/i,
    "give credentials for this registry, and check that they may read this repository",
  ],
  [
    /no such host|connection refused|i\/o timeout|network is unreachable/i,
    "the engine cannot reach the registry: check the name, the network and the engine's proxy settings",
  ],
  [
    /certificate|x509|HTTP response to HTTPS/i,
    "the engine does not trust the registry: give it the certificate authority, or name the registry as insecure in its configuration",
  ],
  [/disk is full|no space left/i, "the engine's disk is full: remove what is not used"],
];

function pullCure(reason: string): string {
  return PULL_CURES.find(([words]) => words.test(reason))?.[1] ?? "the engine's own log says more";
}
