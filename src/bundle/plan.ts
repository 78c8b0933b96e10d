// From the configuration of a bundle to a launch plan. Pure but for what is asked about the machine.

import { imageVariables } from "../run/environment.ts";
import type { LaunchPlan, Namespace, ResourceLimit } from "../run/launch-plan.ts";
import { findUser } from "../run/passwd.ts";
import type { BundleConfig } from "./config.ts";
import { fail } from "./errors.ts";
import { type BundleHost, bundleMounts } from "./mounts.ts";
import type { BundleUser } from "./user.ts";

/** What a plan is made of. */
export interface BundleInput {
  /** Absolute path of the bundle. */
  readonly bundle: string;
  readonly config: BundleConfig;
  /** Absolute path of the root. */
  readonly root: string;
  /** The caller may change the root's files. */
  readonly rootWritable: boolean;
  readonly user: BundleUser;
  readonly host: BundleHost;
  /** Limits of the caller that the plan sets back. */
  readonly limits: readonly ResourceLimit[];
  /** /etc/passwd of the root. */
  readonly passwd: string;
  /** Properties that the caller lets pass. */
  readonly ignored: readonly string[];
  /** Variables that the caller adds: what a batch system tells each task. */
  readonly passed: ReadonlyMap<string, string>;
  /** Descriptors that stay open. */
  readonly keepFds: readonly number[];
}

/** The plan. @throws E_BUNDLE_REFUSED, E_BUNDLE_CONFIG, E_BUNDLE_SOURCE, E_BUNDLE_DEVICE */
export function planBundle(input: BundleInput): LaunchPlan {
  const { config, bundle, user } = input;
  const path = `${bundle}/config.json`;
  const refusal = config.refused.find(({ name }) => !isIgnored(name, input.ignored));
  if (refusal) throw fail("E_BUNDLE_REFUSED", { path, ...refusal });
  const { namespaces, hostname, process } = config;
  if (hostname !== undefined && !namespaces.has("uts"))
    throw fail("E_BUNDLE_CONFIG", { path, reason: "hostname needs a namespace of the type uts" });
  const readonly = config.root.readonly || !input.rootWritable;
  return {
    ...user,
    unshare: unshared(config),
    hostname,
    root: { kind: "dir", source: input.root },
    touch: [],
    expectMounts: [],
    // In a root that takes changes, mount points are made as other runtimes make them.
    layer: { kind: readonly ? "auto" : "direct" },
    mounts: bundleMounts(config, bundle, input.host),
    readonlyRoot: config.root.readonly,
    chdir: [process.cwd],
    umask: process.umask ?? 0o022,
    limits: allLimits(process.rlimits, input.limits),
    keepCaps: false,
    init: false,
    keepFds: input.keepFds,
    env: new Map([...environment(config, input.passwd), ...input.passed]),
    exec: process.args[0] ?? "",
    argv: process.args,
  };
}

/** True for a property that is let pass by its own name or that of what holds it. */
function isIgnored(name: string, ignored: readonly string[]): boolean {
  return ignored.some((one) => name === one || name.startsWith(`${one}.`) || name.endsWith(`.${one}`));
}

function unshared({ namespaces }: BundleConfig): Namespace[] {
  const names = [
    ["pid", "pid"],
    ["ipc", "ipc"],
    ["uts", "uts"],
    ["network", "net"],
    ["cgroup", "cgroup"],
  ] as const;
  return names.filter(([type]) => namespaces.has(type)).map(([, name]) => name);
}

function allLimits(wanted: readonly ResourceLimit[], callers: readonly ResourceLimit[]): ResourceLimit[] {
  const named = new Set(wanted.map(({ name }) => name));
  return [...callers.filter(({ name }) => !named.has(name)), ...wanted];
}

// As other runtimes do: programs count on HOME.
function environment({ process }: BundleConfig, passwd: string): Map<string, string> {
  const env = new Map(imageVariables(process.env));
  if (!env.get("HOME")) env.set("HOME", findUser(passwd, process.uid)?.home || "/");
  return env;
}
