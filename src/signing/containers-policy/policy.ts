// A policy in the form of containers-policy.json(5), as far as pulls from registries go: which requirements an image has to
// meet, by its name. Pure.

import type { KeyObject } from "node:crypto";
import type { Reference } from "../../oci/reference.ts";
import type { SignedIdentity } from "./identity.ts";

/** What an image must be; all requirements of its scope count. */
export type Requirement =
  | { readonly kind: "accept" }
  | { readonly kind: "reject" }
  /** A sigstore signature by one of the keys. */
  | { readonly kind: "signed"; readonly keys: readonly KeyObject[]; readonly identity: SignedIdentity };

/** A policy file. */
export interface ContainersPolicy {
  readonly fallback: readonly Requirement[];
  /** Of the transport `docker`, by scope; the empty scope is the whole transport. */
  readonly docker: ReadonlyMap<string, readonly Requirement[]>;
}

/** An image's requirements and the scope that they stand under, as people know it. */
export interface Demands {
  readonly scope: string;
  readonly requirements: readonly Requirement[];
}

/** What the image of this name has to meet: the requirements of the narrowest scope. */
export function demandsOn(policy: ContainersPolicy, reference: Reference): Demands {
  for (const scope of scopesOf(reference)) {
    const requirements = policy.docker.get(scope);
    if (requirements) return { scope: scope === "" ? "docker" : scope, requirements };
  }
  return { scope: "default", requirements: policy.fallback };
}

/** The scopes that a name falls under, narrowest first: itself, its folders, its host, domains of the host, everything. */
export function scopesOf({ registry, repository, tag, digest }: Reference): readonly string[] {
  const name = `${registry}/${repository}`;
  const whole = digest === undefined ? `${name}:${tag}` : `${name}@${digest}`;
  const above: string[] = [];
  for (let at = name.length; at > 0; at = name.lastIndexOf("/", at - 1)) above.push(name.slice(0, at));
  const labels = registry.replace(/:\d+$/, "").split(".");
  const domains = labels.slice(1).map((_label, index) => `*.${labels.slice(index + 1).join(".")}`);
  return [whole, ...above, ...domains, ""];
}
