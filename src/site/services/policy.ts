// The part `services.policy` of site.yaml: a profile's policy with the site's changes. Rules are made elsewhere; here only their
// ids are known, so that a misspelt one is found before it lets something through.

import type { PolicyConfig } from "../../policy/config.ts";
import { GENERIC } from "../../policy/profiles/generic.ts";
import { PROFILES } from "../../policy/profiles/profiles.ts";
import type { Path } from "../config-document.ts";
import { bytesOf, type Findings, msOf } from "../findings.ts";
import { resolveMounts } from "./policy-mounts.ts";
import { resolveSeverities, resolveWaivers } from "./policy-rules.ts";
import type { PolicyFile } from "./policy-schema.ts";
import { merged, resolvePorts } from "./policy-tables.ts";
import { resolvePractices } from "./practices.ts";

export { POLICY_SCHEMA } from "./policy-schema.ts";

/** What the part is completed with. */
export interface PolicyPlace {
  readonly path: Path;
  readonly found: Findings;
  /** Names of services and of the proxy, when the site serves them (`services.dns`). */
  readonly dns?:
    | { readonly origin: string; readonly proxyName: string; readonly proxyAddresses: readonly string[] }
    | undefined;
}

/** The policy of a site; without a part, the profile `generic`. */
export function resolvePolicy(file: PolicyFile = {}, place: PolicyPlace): PolicyConfig {
  const base = PROFILES.get(file.profile ?? "generic") ?? GENERIC;
  const { path, found } = place;
  const storageClasses = merged(base.storageClasses, file.storageClasses, storageClass);
  const defaultStorageClass = file.defaultStorageClass ?? base.defaultStorageClass;
  if (!storageClasses.has(defaultStorageClass))
    found.wrong(
      [...path, "defaultStorageClass"],
      `is none of the classes: ${defaultStorageClass}`,
      known(storageClasses),
    );
  return {
    ...base,
    severities: resolveSeverities(file.severities, base.severities, place),
    waivers: resolveWaivers(file.waivers, place),
    serviceTypes: merged(base.serviceTypes, file.serviceTypes, (one) => ({ reach: "site", keepsData: false, ...one })),
    registries: file.registries === undefined ? base.registries : merged(new Map(), file.registries, registry),
    storageClasses,
    defaultStorageClass,
    portClasses: file.portClasses === undefined ? base.portClasses : resolvePorts(file.portClasses, place),
    proxyPorts: file.proxyPorts ?? base.proxyPorts,
    approvedPorts: (file.approvedPorts ?? []).map((one) => ({ protocol: "tcp", ...one })),
    usualPorts: merged(base.usualPorts, file.usualPorts, (one) => one),
    capabilities: merged(base.capabilities, capitals(file.capabilities), capability),
    mounts: file.mounts === undefined ? base.mounts : resolveMounts(file.mounts, place),
    allowed: { ...base.allowed, ...file.allowed },
    collaborationAccounts: pattern(file.collaborationAccounts, base.collaborationAccounts, place),
    names: namesOf(file, base, place),
    limits: limitsOf(file, base),
    composeVersions: file.composeVersions ?? base.composeVersions,
    practices: resolvePractices(file.practices, base.practices, { path: [...path, "practices"], found }),
  };
}

function storageClass(one: Entry<"storageClasses">) {
  const nothing = { persistent: false, portable: false, autoCreated: true, external: false, remark: "" };
  return { ...nothing, performance: "medium", ...one } as const;
}

function registry(one: NonNullable<PolicyFile["registries"]>[string]) {
  return { kind: "other", teams: false, shared: [], ...one } as const;
}

function capability(one: Entry<"capabilities">) {
  return { description: "", plain: false, external: false, ...one };
}

type Entry<Name extends "storageClasses" | "capabilities"> = Exclude<NonNullable<PolicyFile[Name]>[string], false>;

function capitals(file: PolicyFile["capabilities"] = {}): NonNullable<PolicyFile["capabilities"]> {
  return Object.fromEntries(Object.entries(file).map(([name, one]) => [name.toUpperCase().replace(/^CAP_/, ""), one]));
}

function pattern(text: string | undefined, base: string, { path, found }: PolicyPlace): string {
  if (text === undefined) return base;
  try {
    return new RegExp(text).source;
  } catch {
    found.wrong([...path, "collaborationAccounts"], "is no regular expression", "write it like ^c_");
    return base;
  }
}

// A profile's names are those of the site that it was made for: they hold only where no others are known.
function namesOf({ names }: PolicyFile, base: PolicyConfig, { dns }: PolicyPlace): PolicyConfig["names"] {
  const served = dns && { dynamic: `{service}.{stack}.${dns.origin}`, proxy: [dns.proxyName, ...dns.proxyAddresses] };
  return { ...base.names, ...served, ...names };
}

function limitsOf({ limits = {} }: PolicyFile, { limits: base }: PolicyConfig): PolicyConfig["limits"] {
  return {
    imageBytes: bytesOf(limits.image) ?? base.imageBytes,
    imageAgeSeconds: msOf(limits.imageAge, base.imageAgeSeconds * 1000) / 1000,
    containerBytes: bytesOf(limits.container) ?? base.containerBytes,
  };
}

function known(table: ReadonlyMap<string, unknown>): string {
  return `known: ${[...table.keys()].join(", ")}`;
}
