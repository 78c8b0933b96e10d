// What the caller found out about the world around a recipe, a launch or an image. Every part may be missing: a practice that needs
// it then answers `unknown` and never passes. In maps of single answers, a missing key was not looked up and `null` does not exist.

export interface PracticeFacts {
  /** Seconds since 1970; without it, nothing is known to be old. */
  readonly now?: number | undefined;
  /** Build arguments given by hand; undefined: the recipe's defaults are taken. */
  readonly buildArguments?: ReadonlyMap<string, string> | undefined;
  readonly context?: ContextFacts | undefined;
  readonly git?: GitFacts | undefined;
  /** Digest by reference as written: from a lock file or a registry. */
  readonly digests?: ReadonlyMap<string, string | null> | undefined;
  /** What a registry says of a repository, by reference without tag. */
  readonly repositories?: ReadonlyMap<string, RepositoryFacts | null> | undefined;
  readonly tags?: TagFacts | undefined;
  /** Passwd and group entries that the site demands of an image (USR009). */
  readonly runsAs?: { readonly user?: NumberedName | undefined; readonly group?: NumberedName | undefined } | undefined;
  /** By host path: whether everybody may pass through each folder above (MNT008). */
  readonly paths?: ReadonlyMap<string, HostPathFacts | null> | undefined;
  readonly scan?: ScanFacts | undefined;
  readonly signatures?: readonly SignatureFacts[] | undefined;
  /** Why there may be more signatures than are told; undefined: they are all. */
  readonly signaturesUnread?: string | undefined;
  /** Day of the last free update of the image's release, by a list of the site: it counts before the table. */
  readonly supportEnds?: string | undefined;
  /** Packages without or with limited security support, by source name. */
  readonly unsupported?: ReadonlyMap<string, string> | undefined;
  /** Packages of the recipe's lock file, by `ecosystem:name`. */
  readonly locked?: ReadonlyMap<string, string> | undefined;
  /** Where the image lies, as a path on the host. */
  readonly location?: LocationFacts | undefined;
  readonly inventory?: { readonly searched: readonly string[]; readonly stray: readonly string[] } | undefined;
  readonly engine?: EngineFacts | undefined;
  /** Names of secrets in the store with their descriptions. */
  readonly secrets?:
    | ReadonlyMap<string, { readonly description: string; readonly mode?: number | undefined }>
    | undefined;
  /** Is the repository that the image is pushed to public? */
  readonly publicRepository?: boolean | undefined;
  /** Other images of the same base family: their first layers by diff id (LAY008). */
  readonly siblings?:
    | readonly { readonly name: string; readonly base: string; readonly diffIds: readonly string[] }[]
    | undefined;
}

/** The folder that a recipe is built in. */
export interface ContextFacts {
  /** Whether a path below it is there; globs are taken. */
  exists(path: string): boolean;
  /** Text of the file that says what is left out; null: there is none. */
  readonly ignoreFile: string | null;
  /** First lines of a file, for entry scripts; null: not there, undefined: not looked at. */
  read?(path: string): string | null | undefined;
}

export interface GitFacts {
  readonly tracked: boolean;
  readonly dirty: boolean;
  readonly remote?: string | undefined;
  readonly revision?: string | undefined;
}

export interface RepositoryFacts {
  readonly official: boolean;
  readonly pulls?: number | undefined;
  readonly stars?: number | undefined;
  /** Seconds since 1970. */
  readonly lastPush?: number | undefined;
}

export interface TagFacts {
  /** All tags of this digest. */
  readonly own: readonly string[];
  /** Tag → digests it has had, oldest first. */
  readonly history?: ReadonlyMap<string, readonly string[]> | undefined;
}

export interface NumberedName {
  readonly name: string;
  readonly id: number;
}

export interface HostPathFacts {
  /** The first folder above, `/` first, that others may not pass; undefined: all may be passed. */
  readonly closedAt?: { readonly path: string; readonly mode: number } | undefined;
}

export interface ScanFacts {
  /** Seconds since 1970; of the advisories. */
  readonly databaseDate: number | undefined;
  /** Seconds since 1970. */
  readonly scannedAt: number;
  readonly flaws: readonly FlawFacts[];
  /** The image's distribution, when no advisories are known for it. */
  readonly uncovered?: string | undefined;
}

export interface FlawFacts {
  readonly id: string;
  readonly package: string;
  readonly installed: string;
  readonly fixed?: string | undefined;
  readonly severity: "critical" | "high" | "medium" | "low" | "unknown";
  readonly exploited: boolean;
  /** Waived or said not to matter by somebody who answers for it. */
  readonly suppressed?: string | undefined;
}

export interface SignatureFacts {
  readonly kind: "cosign" | "bundle" | "notation" | "pgp" | "site";
  readonly valid: boolean;
  /** Whose key, or why it does not count. */
  readonly signer?: string | undefined;
  readonly reason?: string | undefined;
}

export interface LocationFacts {
  /** After all symbolic links. */
  readonly path: string;
  readonly owner: string;
  readonly group: string;
}

/** A container engine of the host; `kind` undefined: there is none. */
export interface EngineFacts {
  readonly kind: "docker" | "podman" | undefined;
  /** Names of the machine that it runs on, any of which the site may mean. */
  readonly hostNames: readonly string[];
  readonly version?: string | undefined;
  /** Its data lie on another file system than the machine's own. */
  readonly dataRootIsOwnMount?: boolean | undefined;
  readonly logDriver?: string | undefined;
  /** Of the default network; null: there is no such network. */
  readonly bridgeSubnet?: string | null | undefined;
  /** Package that its program belongs to; null: it belongs to none. */
  readonly packageSource?: string | null | undefined;
}
