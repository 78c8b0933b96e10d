// The tables that practices are checked with, as plain data: a profile fills all of them, the site's file changes some
// (spec/policy.md 1.1, 1.14, 8). Sizes are bytes, ages seconds.

export interface PracticeConfig {
  /** Globs of repositories that may be bases: `site.example/base/*`; empty: any. */
  readonly golden: readonly string[];
  /** Diff ids of the first layers of golden images: proof without a name. */
  readonly goldenLayers: readonly (readonly string[])[];
  /** Distributions and releases that are approved: `debian` → `12`, `13`; empty: all. */
  readonly approvedSystems: ReadonlyMap<string, readonly string[]>;
  /** Paid support after a release's end counts as support. */
  readonly paidSupport: boolean;
  /** Tags that move, compared as wholes. */
  readonly movingTags: readonly string[];
  /** Globs of hosts or repositories that are as good as official ones. */
  readonly trustedSources: readonly string[];
  /** Hosts that images may come from; empty: any. */
  readonly registries: readonly string[];
  /** Bootstrap agents that definition files may use. */
  readonly agents: readonly string[];
  /** Folders that are hidden by mounts when a container runs. */
  readonly bindDirectories: readonly string[];
  /** Shared file systems of the site: what a launch mounts from them is to be read-only and deep. */
  readonly sharedFileSystems: readonly { readonly path: string; readonly minDepth: number }[];
  readonly labels: readonly LabelRule[];
  /** Regular expression that tags of built images may match beside versions, hashes and dates. */
  readonly tagPattern: string | undefined;
  readonly limits: PracticeLimits;
  /** Own files from this number on are reported; `root` reports those of root, too (USR002). */
  readonly fileOwners: { readonly from: number; readonly root: boolean };
  /** Licences of packages that are not wanted. */
  readonly deniedLicences: readonly string[];
  /** Capabilities that launches may add, and those that they may add with a shared file system. */
  readonly capabilities: { readonly plain: readonly string[]; readonly shared: readonly string[] };
  /** Host ports that may be published; empty: any. */
  readonly openPorts: readonly { readonly first: number; readonly last: number }[];
  /** Words that services' names begin with; empty: any. */
  readonly serviceWords: readonly string[];
  /** `version:` of compose files that the site takes; undefined: any. */
  readonly composeVersions: readonly string[] | undefined;
  /** Folders that images may run from; empty: any (LOC001). */
  readonly imageFolders: readonly { readonly path: string; readonly owners?: readonly string[] | undefined }[];
  /** Least isolation of Apptainer's launches (RUN011): `contain` shows neither home nor the host's other folders. */
  readonly isolation: "none" | "no-home" | "contain";
  /** Globs of names of hosts where people sign in; empty: there are none; undefined: nobody said (DAE001). */
  readonly userFacingHosts: readonly string[] | undefined;
  readonly engines: EngineDemands;
  /** Whom people ask for what a practice keeps from them. */
  readonly contact: string | undefined;
  /** Label with the class of an image's data, and the classes that must not become public. */
  readonly dataClass: { readonly label: string; readonly closed: readonly string[] };
  /** From which severity flaws count: those with a fix, and those without. */
  readonly flaws: { readonly fixed: FlawSeverity; readonly unfixed: FlawSeverity | "never" };
  /** A signature by the site's keys is demanded (SIG001). */
  readonly signed: boolean;
  readonly waivers: readonly PracticeWaiver[];
  /** What inline comments may do. */
  readonly ignores: { readonly allowed: boolean; readonly reasons: boolean; readonly locked: readonly string[] };
}

/** Somebody allowed what a practice says against. */
export interface PracticeWaiver {
  /** Id of a practice; `*` stands for anything. */
  readonly rule: string;
  /** Glob of file names, references or digests. */
  readonly subject: string;
  readonly by: string;
  readonly reason: string;
  /** Seconds since 1970; null: without end. */
  readonly until: number | null;
}

/** How a site sets up its container engines (DAE002). */
export interface EngineDemands {
  /** The oldest version that is taken, by kind of engine: `29`, `20.10.24`. */
  readonly versions: Readonly<Record<"docker" | "podman", string>>;
  /** Globs of packages that engines may come from; empty: any. */
  readonly packages: readonly string[];
  /** Log drivers; empty: any but `none`. */
  readonly logDrivers: readonly string[];
  /** Addresses that the site has put down for the engines' default network: `10.99.0.0/16`; undefined: nobody said. */
  readonly subnets: readonly string[] | undefined;
}

export type FlawSeverity = "critical" | "high" | "medium" | "low";

export interface LabelRule {
  readonly name: string;
  readonly required: boolean;
  readonly type: "text" | "url" | "rfc3339" | "semver" | "hash" | "email" | "spdx";
}

export interface PracticeLimits {
  /** Unpacked, of all layers. */
  readonly imageBytes: number;
  readonly compressedBytes: number;
  readonly imageAge: number;
  /** Of the advisories and of the last scan. */
  readonly scanAge: number;
  /** Rebuild reminders (N3.4). */
  readonly rebuildAge: number;
  readonly manyLayers: number;
  readonly mostLayers: number;
  /** Share of all bytes, 0 to 1. */
  readonly wastedShare: number;
  readonly clutterBytes: number;
  /** Installed packages from which an image without APP findings gets a reminder to look. */
  readonly manyPackages: number;
}
