// What the caller found out about the world that a stack is to live in. Every part may be missing: a rule that needs it then
// says `unknown` and never passes. In maps of single answers, a missing key was not looked up and `null` does not exist.

import type { Dockerfile } from "../recipe/dockerfile/ast.ts";

/** Facts for judging a stack. */
export interface StackFacts {
  /** Seconds since 1970; without it, nothing is known to be old and no waiver with an end counts. */
  readonly now?: number | undefined;
  /** Who asks. */
  readonly actor?: PersonFacts | undefined;
  /** By account name; whoever is known may also be found by uid. */
  readonly people?: ReadonlyMap<string, PersonFacts | null> | undefined;
  readonly groups?: ReadonlyMap<string, GroupFacts | null> | undefined;
  /** By name: this one, and those that its secrets are named after. */
  readonly stacks?: ReadonlyMap<string, StackInfo | null> | undefined;
  /** All secrets of the store that the owner may use, by full name. */
  readonly secrets?: ReadonlyMap<string, SecretFacts> | undefined;
  /** By the image as written. */
  readonly images?: ReadonlyMap<string, ImageFacts | null> | undefined;
  /** By service, where it is known which build each gets: what counts before `images`, since one name may mean several. */
  readonly serviceImages?: ReadonlyMap<string, ImageFacts | null> | undefined;
  /** What runs of this stack, by service; empty for a new one. */
  readonly running?: ReadonlyMap<string, RunningFacts> | undefined;
  /** By host path as in the recipe (sources of binds). */
  readonly paths?: ReadonlyMap<string, PathFacts | null> | undefined;
  /** By `5432/tcp`: whether at least one node can give it. */
  readonly freePorts?: ReadonlyMap<string, boolean> | undefined;
  /** Host names that routes have now, in small letters: whose. Undefined: nobody looked. */
  readonly hosts?: ReadonlyMap<string, OwnedPart> | undefined;
  /** By host name: names and addresses that it leads to, all steps of the way. */
  readonly dns?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Volumes of this stack that the engine has already, by their names in the recipe. */
  readonly ownVolumes?: ReadonlyMap<string, OwnedVolume> | undefined;
  /** Volumes and networks of the engine that are not this stack's, by their names there. */
  readonly volumes?: ReadonlyMap<string, OwnedVolume | null> | undefined;
  readonly networks?: ReadonlyMap<string, OwnedPart | null> | undefined;
  /** `version:` of the compose file; null: it says none. */
  readonly composeVersion?: string | null | undefined;
}

export interface PersonFacts {
  readonly name: string;
  readonly uid: number;
  readonly groups: readonly { readonly name: string; readonly gid: number }[];
  readonly staff: boolean;
  /** Operators and administrators of the platform. */
  readonly role?: "viewer" | "user" | "operator" | "admin" | undefined;
  /** Collaboration accounts that this person may act as. */
  readonly mayActAs?: readonly string[] | undefined;
}

export interface GroupFacts {
  readonly name: string;
  readonly gid: number;
  /** Account names; undefined: the directory does not say. */
  readonly members?: readonly string[] | undefined;
}

export interface StackInfo {
  readonly tags: Readonly<Record<string, string>>;
  readonly services: readonly string[];
  /** Names in the store of the secrets that its services have now. */
  readonly secrets?: readonly string[] | undefined;
  /** Names in the recipe of the volumes that it has for itself now. */
  readonly volumes?: readonly string[] | undefined;
}

export interface SecretFacts {
  readonly description: string;
}

export interface ImageFacts {
  readonly digest?: string | undefined;
  /** Unpacked. */
  readonly bytes?: number | undefined;
  readonly createdAt?: number | undefined;
  /** `USER` of its configuration; empty when it has none. */
  readonly user?: string | undefined;
  /** `8080/tcp`. */
  readonly exposed?: readonly string[] | undefined;
  readonly healthCheck?: boolean | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  /** `NAME=value`. */
  readonly env?: readonly string[] | undefined;
  /** Of its `/etc/passwd` and `/etc/group`. */
  readonly users?: readonly { readonly name: string; readonly uid: number; readonly gid: number }[] | undefined;
  readonly groups?: readonly { readonly name: string; readonly gid: number }[] | undefined;
  /** What the registry says of the owner's right; undefined: not asked. */
  readonly mayPull?: boolean | undefined;
  readonly dockerfile?: Dockerfile | undefined;
}

export interface RunningFacts {
  readonly image: string;
  /** Of each replica. */
  readonly digests: readonly string[];
  /** In the containers' own layers, the largest. */
  readonly writtenBytes?: number | undefined;
  /** Targets of mounts that it has never written to. */
  readonly neverWritten?: readonly string[] | undefined;
}

export interface PathFacts {
  /** After all symbolic links. */
  readonly real: string;
  readonly kind: "directory" | "file" | "socket" | "device" | "other";
  /** Every folder above `real`, `/` first, with its permission bits. */
  readonly parents: readonly { readonly path: string; readonly mode: number }[];
}

export interface OwnedPart {
  /** Undefined: no stack's. */
  readonly stack: string | undefined;
  readonly owner?: string | undefined;
}

/** A volume as the engine has it: what a recipe says of it now changes nothing of that. */
export interface OwnedVolume extends OwnedPart {
  readonly driver?: string | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly storageClass?: string | undefined;
}
