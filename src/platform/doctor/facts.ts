// What `berth doctor` knows of a machine: plain data, gathered once, judged by pure checks. No verdicts here.

/** Outcome of something that was really tried. */
export interface Trial {
  /** Undefined when it could not be tried. */
  readonly works: boolean | undefined;
  /** What it was tried with. */
  readonly by: string;
  /** The words of the failure, one line. */
  readonly reason?: string;
}

/** A program found on this machine. */
export interface Program {
  readonly path: string;
  /** Set-user-id and owned by root. */
  readonly setuid: boolean;
  /** File capabilities as `getcap` prints them; undefined when they could not be read. */
  readonly capabilities?: string;
}

/** A line of /etc/subuid or /etc/subgid that belongs to the user. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** The file systems and options that the kernel says it has. */
export interface KernelFacts {
  readonly release: string;
  readonly machine: string;
  /** Options of the kernel's configuration that matter here (`SQUASHFS_ZSTD: "y"`); undefined when it is nowhere to be read. */
  readonly config?: Readonly<Record<string, string>>;
  /** Names in /proc/filesystems. */
  readonly filesystems: readonly string[];
  /** Modules of this kernel that could be loaded, by name. */
  readonly modules: readonly string[];
}

export interface UserNamespaceFacts {
  /** user.max_user_namespaces */
  readonly max?: number;
  /** kernel.unprivileged_userns_clone, which Debian's and some others' kernels have. */
  readonly cloneAllowed?: number;
  /** kernel.apparmor_restrict_unprivileged_userns, which Ubuntu's kernels have. */
  readonly apparmorRestricts?: number;
  /** Started inside somebody's container, whose seccomp filter may forbid namespaces. */
  readonly insideContainer: boolean;
  readonly trial: Trial;
  readonly overlay: Trial;
}

export interface SubIdFacts {
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
  readonly newuidmap?: Program;
  readonly newgidmap?: Program;
}

export interface FuseFacts {
  /** Permission bits of /dev/fuse; undefined when there is no such device. */
  readonly mode?: number;
  readonly open: Trial;
}

export interface CgroupFacts {
  readonly version: "v1" | "v2" | "hybrid" | "none";
  /** Controllers of the caller's own v2 group. */
  readonly controllers: readonly string[];
  /** The caller may make groups below its own. */
  readonly delegated: boolean;
  /** A systemd makes scopes for the caller. */
  readonly manager: boolean;
}

export interface DiskFacts {
  readonly path: string;
  /** Bytes that the user may still write; undefined when the path cannot be looked at. */
  readonly free?: number;
  readonly writable: boolean;
}

export interface Facts {
  /** Milliseconds since 1970 by the machine's clock. */
  readonly now: number;
  readonly user: { readonly uid: number; readonly name: string };
  /** ID and ID_LIKE of os-release, most particular first. */
  readonly distributions: readonly string[];
  readonly distributionName: string;
  readonly kernel: KernelFacts;
  readonly namespaces: UserNamespaceFacts;
  readonly subIds: SubIdFacts;
  readonly fuse: FuseFacts;
  /** By name; absent when not installed. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Path of berth-launch, when it is installed. */
  readonly launcher: string | undefined;
  readonly loop: Trial;
  readonly cgroup: CgroupFacts;
  readonly cache: DiskFacts;
  readonly temp: DiskFacts;
}
