// The launch plan as data: everything `berth-launch` will do, and nothing it has to think about (docs/launch-plan.md).
// This file knows the records; it must not know why they are wanted nor how they are written down.

/** One line of a user namespace's map. */
export interface IdMap {
  readonly kind: "u" | "g";
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Which user namespace the payload lives in; `none` needs real root. */
export type UserNamespace =
  | { readonly kind: "none" | "root" }
  /** `shared`: the namespace that this file stands for is entered, made for this group; otherwise a new one. */
  | { readonly kind: "self"; readonly shared?: SharedNamespace | undefined }
  | { readonly kind: "ranges"; readonly maps: readonly IdMap[] };

/** A user namespace in which several launches of a user live. */
export interface SharedNamespace {
  readonly path: string;
  readonly gid: number;
}

export type Namespace = "pid" | "ipc" | "uts" | "net" | "cgroup";

/** What becomes the root directory. */
export type Root =
  | { readonly kind: "dir"; readonly source: string }
  | { readonly kind: "kernel"; readonly file: string; readonly offset: number }
  | { readonly kind: "fuse"; readonly file: string; readonly offset: number; readonly program: string }
  | EncryptedRoot;

/** A squashfs with gocryptfs in it, which holds one file `name` with the squashfs that becomes the root. */
export interface EncryptedRoot {
  readonly kind: "encrypted";
  readonly file: string;
  readonly offset: number;
  /** squashfuse_ll. */
  readonly program: string;
  readonly gocryptfs: string;
  readonly name: string;
  /** A secret: a plan that holds one is never shown. */
  readonly passphrase: string;
}

/** A file system in a file whose content is a layer; the first of a plan is called `image:0`. */
export interface OverlayImage {
  readonly fs: "squashfs" | "ext-ro" | "ext-rw";
  readonly file: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes that are locked while it is used. */
  readonly size: number;
}

/** Absolute paths of the programs that overlay images need. */
export interface OverlayPrograms {
  readonly squashfuse?: string | undefined;
  readonly fuse2fs?: string | undefined;
  readonly fuseOverlayfs?: string | undefined;
  readonly e2fsck?: string | undefined;
}

/** What lies over the root. `upper` and `lowers` are absolute paths or names of overlay images. */
export type Layer =
  | { readonly kind: "none" | "auto" | "direct" }
  /** Bytes; 0 is the kernel's default, half of the memory. */
  | { readonly kind: "tmpfs"; readonly size: number; readonly lowers: readonly string[] }
  | { readonly kind: "dirs"; readonly upper: string; readonly lowers: readonly string[] };

/**
 * `inside`: the source is a path in the container, resolved when its turn comes. `file`: a missing target of an `inside` bind
 * is made as a file. `slave`, `private`: whether mounts that the source gets later appear (yes, unless `private`).
 */
export type BindFlag = "ro" | "rw" | "dev" | "try" | "norec" | "inside" | "file" | "slave" | "private";

/** One step of filling the root, carried out in the order given. Destinations are paths in the container. */
export type MountRecord =
  | { readonly op: "bind"; readonly source: string; readonly target: string; readonly flags: readonly BindFlag[] }
  | { readonly op: "tmpfs"; readonly target: string; readonly size: number; readonly mode: number }
  | { readonly op: "proc" | "sysfs" | "devpts" | "mqueue"; readonly target: string }
  | { readonly op: "dir"; readonly target: string; readonly mode: number }
  | { readonly op: "file"; readonly target: string; readonly mode: number; readonly content: string }
  | { readonly op: "link"; readonly target: string; readonly to: string }
  /** The target exists afterwards; nothing is mounted. Never made on the host. */
  | { readonly op: "point"; readonly target: string; readonly kind: "dir" | "file" };

/** A script of the host for its `/bin/sh`, run by root in the root directory that is being built (`userns none` only). */
export interface RootHook {
  readonly op: "root-hook";
  readonly path: string;
}

/** One step of making the environment, carried out in the order given. Append and prepend join with `:`. */
export type EnvStep =
  | { readonly op: "set" | "append" | "prepend"; readonly name: string; readonly value: string }
  | { readonly op: "unset"; readonly name: string }
  /** A file of the container, read as the payload's user from the start directory. */
  | { readonly op: "file"; readonly path: string };

/** A resource limit; undefined is "no limit". */
export interface ResourceLimit {
  readonly name: string;
  readonly soft: number | undefined;
  readonly hard: number | undefined;
}

export interface LaunchPlan {
  readonly userns: UserNamespace;
  readonly unshare: readonly Namespace[];
  /** Needs `uts` among the namespaces. */
  readonly hostname?: string | undefined;
  /** A directory of cgroup v2 that is entered first. */
  readonly controlGroup?: string | undefined;
  readonly root: Root;
  /** Files whose time is set to now: the last use of shared mounts. */
  readonly touch: readonly string[];
  /** Files that are removed once the image is open. */
  readonly forget?: readonly string[];
  /** What a log is told of the launch: one datagram, which nothing waits for. */
  readonly record?: { readonly socket: string; readonly text: string } | undefined;
  /** Directories that must be mount points, or the launch fails. */
  readonly expectMounts: readonly string[];
  readonly overlayImages?: readonly OverlayImage[] | undefined;
  readonly overlayPrograms?: OverlayPrograms | undefined;
  readonly layer: Layer;
  readonly mounts: readonly (MountRecord | RootHook)[];
  readonly readonlyRoot: boolean;
  /** The first that can be entered is the start directory. */
  readonly chdir: readonly string[];
  /** Said on stderr when the first of them could not be entered. */
  readonly chdirElse?: string | undefined;
  /** Messages begin with this name; a failed launch ends with 1, a program that cannot be executed with 127. */
  readonly called?: string | undefined;
  readonly umask: number;
  readonly limits: readonly ResourceLimit[];
  readonly keepCaps: boolean;
  readonly caps: "none" | "namespace";
  readonly setid?: { readonly uid: number; readonly gid: number } | undefined;
  /** Further groups of that user. */
  readonly groups?: readonly number[] | undefined;
  /** Changes of owners and ids succeed without effect: for package managers where the namespace has a single id. */
  readonly pretendIds?: boolean | undefined;
  readonly init: boolean;
  /** The launch is an instance: the descriptor over which the launcher talks to its starter. */
  readonly instance?: number | undefined;
  readonly keepFds: readonly number[];
  readonly env: ReadonlyMap<string, string>;
  /** When it is there, used instead of `env`. */
  readonly envSteps?: readonly EnvStep[] | undefined;
  /** Files of the container for its `/bin/sh`, run before the program with an empty environment; each must succeed. */
  readonly hooks?: readonly string[] | undefined;
  /** A directory of the host over which the finished root is laid, instead of a program (`userns none` only). */
  readonly publish?: string | undefined;
  /** A path in the container, or a name to be looked for in its PATH. */
  readonly exec: string;
  /** At least one word: argv[0]. */
  readonly argv: readonly string[];
}

/** What `berth-join` does: a program in an instance that runs. */
export interface JoinPlan
  extends Pick<
    LaunchPlan,
    | "chdir"
    | "chdirElse"
    | "called"
    | "umask"
    | "limits"
    | "keepCaps"
    | "caps"
    | "setid"
    | "groups"
    | "pretendIds"
    | "keepFds"
    | "env"
    | "envSteps"
    | "hooks"
    | "exec"
    | "argv"
  > {
  /** The process outside the instance, and the time it was started at (clock ticks after boot, as /proc has it). */
  readonly join: { readonly pid: number; readonly start: string };
  readonly controlGroup?: string | undefined;
}
