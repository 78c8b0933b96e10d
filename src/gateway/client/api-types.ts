// Generated from docs/gateway-api.json by scripts/make-client.mjs: change the schemas in src/gateway/api/v2.
// What the API of the gateway takes and answers.

/** New lists of an image. */
export interface AclChange {
  /** Users by name or id. */
  readonly users?: readonly (string | number)[] | undefined;
  /** Groups by name or id. */
  readonly groups?: readonly (string | number)[] | undefined;
}

/** Who did it. */
export interface Actor {
  /** Id; null: the gateway itself. */
  readonly uid: number | null;
  /** Name. */
  readonly name: string;
}

/** Removes what nobody needs. */
export interface CollectWish {
  /** Only say what would be removed. */
  readonly dryRun: boolean;
}

/** What was removed, or would be. */
export interface Collected {
  /** Ids of images. */
  readonly expired: readonly string[];
  /** Files of the image folder that no record names. */
  readonly orphanFiles: readonly string[];
  /** Blobs of the store that no image needs. */
  readonly blobs: number;
  /** Records of images that were removed long ago. */
  readonly records: number;
  /** Bytes that it frees. */
  readonly bytes: number;
}

/** Something that happened. */
export interface Event {
  /** Grows. */
  readonly id: number;
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** `image.ready`, `pull.failed`, `acl.changed`, … */
  readonly kind: string;
  /** The system. */
  readonly system: string | null;
  /** The image. */
  readonly imageId: string | null;
  /** The image's type. */
  readonly itype: string | null;
  /** The tag. */
  readonly tag: string | null;
  readonly actor: Actor;
  /** What became of it. */
  readonly outcome: "done" | "refused";
  /** More. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** One page. */
export interface EventPage {
  readonly items: readonly Event[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** How much was found. */
export interface FindingCounts {
  /** Errors. */
  readonly error: number;
  /** Warnings. */
  readonly warning: number;
  /** Remarks. */
  readonly info: number;
  /** Remarks on style. */
  readonly style: number;
  /** What could not be decided. */
  readonly unknown: number;
  /** What somebody allowed. */
  readonly waived: number;
}

/** Somebody allowed a finding. */
export interface FindingWaiver {
  /** Who answers for it. */
  readonly by: string;
  /** Why. */
  readonly reason: string;
  /** When it ends; null: never; seconds since 1970 with fraction */
  readonly until: number | null;
}

/** A role that the owners give to somebody. */
export interface Grant {
  /** `everyone`, also without a login; `team:NAME`; `user:NAME`. */
  readonly to: string;
  /** What they may do; each includes the one before it. */
  readonly role: "view" | "write" | "admin";
  /** For this repository only, named below the namespace; absent: for all of it. */
  readonly repository?: string | undefined;
}

/** An image and who holds it. */
export interface HeldImage {
  /** The system. */
  readonly system: string;
  /** Id of the image. */
  readonly imageId: string;
  /** `docker`, or `custom` for imports. */
  readonly itype: string;
  /** Its references, as far as you may know them. */
  readonly tags: readonly string[];
  /** Who needs it: `job:123`. */
  readonly holder: string;
  /** Who set the pin. */
  readonly uid: number | null;
  /** When it was set; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When it is over; null: when it is taken away; seconds since 1970 with fraction */
  readonly until: number | null;
}

/** An image of a system. */
export interface Image {
  /** The system. */
  readonly system: string;
  /** Name of its file without ending: the hex of the manifest's digest. */
  readonly id: string;
  /** `docker`, or `custom` for imports. */
  readonly itype: string;
  /** Every reference that leads to it now. */
  readonly tags: readonly string[];
  /** `squashfs`, `ext4` or `xfs`. */
  readonly format: string;
  /** Where it is in its life. */
  readonly status:
    | "INIT"
    | "PENDING"
    | "PULLING"
    | "EXAMINATION"
    | "CONVERSION"
    | "TRANSFER"
    | "HASHING"
    | "READY"
    | "FAILURE"
    | "QUARANTINED"
    | "EXPIRING"
    | "EXPIRED";
  /** Why it is where it is. */
  readonly statusMessage: string;
  /** Whether it can be seen only by those who may read it. */
  readonly private: boolean;
  readonly owner?: Owner | undefined;
  /** Ids of the users who may read it besides the owner. */
  readonly users: readonly number[];
  /** Ids of the groups that may read it. */
  readonly groups: readonly number[];
  /** The platform's manifest; of an import, the file. */
  readonly digest: string;
  /** Where it came from. */
  readonly source: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Architecture. */
  readonly arch: string;
  /** Operating system. */
  readonly os: string;
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** ENTRYPOINT. */
  readonly entry: readonly string[] | null;
  /** CMD. */
  readonly cmd: readonly string[] | null;
  /** WORKDIR. */
  readonly workdir: string | null;
  /** LABEL. */
  readonly labels: Readonly<Record<string, string>>;
  /** When it came to the system; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When the registry was last asked about it; seconds since 1970 with fraction */
  readonly lastPull: number;
  /** When somebody last looked it up to run it; seconds since 1970 with fraction */
  readonly lastUse: number | null;
  /** When it will be removed unless it is used; seconds since 1970 with fraction */
  readonly expires: number | null;
  readonly verdict?: ImageVerdict | undefined;
}

/** What a practice of the site says of an image. */
export interface ImageFinding {
  /** Id of the practice: `SEC001`. */
  readonly rule: string;
  /** How much it weighs. */
  readonly severity: "error" | "warning" | "info" | "style";
  /** `unknown`: the facts to decide were not there. */
  readonly certainty: "certain" | "likely" | "person" | "unknown";
  /** What, and where. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string | undefined;
  readonly waived?: FindingWaiver | undefined;
}

/** One page. */
export interface ImagePage {
  readonly items: readonly Image[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** What the site's rules and the advisories said of an image. */
export interface ImageVerdict {
  /** `refused` keeps it in quarantine where the site enforces its rules. */
  readonly result: "accepted" | "warned" | "refused" | "unknown";
  /** When it was judged; seconds since 1970 with fraction */
  readonly judgedAt: number;
  /** The rules it was judged by. */
  readonly profile: string;
  /** Day of the advisories, ISO 8601; left out: nobody looked for known flaws. */
  readonly databaseDate?: string | undefined;
  /** When the image was built, by its own account; seconds since 1970 with fraction */
  readonly builtAt?: number | undefined;
  readonly counts: FindingCounts;
  /** The heaviest, at most ten. */
  readonly findings: readonly ImageFinding[];
  readonly release?: VerdictRelease | undefined;
}

/** A file to import. */
export interface ImportFile {
  /** As the gateway's machine sees it. */
  readonly path: string;
  /** `squashfs`, `sif`, `tar` or `oci`. */
  readonly format: string;
}

/** A wish to make an image of a file. */
export interface ImportWish {
  /** A system of the site. */
  readonly system?: string | undefined;
  /** `docker`, or `custom` for imports. */
  readonly itype?: string | undefined;
  /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
  readonly tag: string;
  /** As the gateway's machine sees it. */
  readonly path: string;
  /** `squashfs`, `sif`, `tar` or `oci`. */
  readonly format: string;
  /** Users by name or id. */
  readonly users?: readonly (string | number)[] | undefined;
  /** Groups by name or id. */
  readonly groups?: readonly (string | number)[] | undefined;
}

/** What is said of all repositories whose names begin with it. */
export interface Namespace {
  /** Its name. */
  readonly name: string;
  /** The team that owns it; absent: it is a person's own. */
  readonly team?: string | undefined;
  /** Who else may do what. */
  readonly grants: readonly Grant[];
  /** Of which the first that fits counts. */
  readonly tagRules: readonly TagRule[];
}

/** Namespaces that you may view. */
export interface NamespaceList {
  readonly items: readonly Namespace[];
}

/** What is said of it; replaces what was said before. */
export interface NamespaceWish {
  /** The team that owns it; absent: it is a person's own. */
  readonly team?: string | undefined;
  /** Who else may do what. */
  readonly grants: readonly Grant[];
  /** Of which the first that fits counts. */
  readonly tagRules: readonly TagRule[];
}

/** A new token. Its secret is shown this once. */
export interface NewToken {
  /** To be sent as `authorization: Bearer …`. */
  readonly secret: string;
  readonly token: Token;
}

/** Whose it is. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Name. */
  readonly user: string;
}

/** Who the gateway takes you for. */
export interface Person {
  readonly uid: number;
  readonly gid: number;
  /** Name. */
  readonly user: string;
  /** Name of the primary group. */
  readonly group: string;
  /** How it knows. */
  readonly via: "munge" | "mock" | "token" | "registry" | "session";
  /** What your token may be used for; absent: everything that you may. */
  readonly scopes?: readonly string[] | undefined;
  /** Locations for which you sent credentials. */
  readonly registries: readonly string[];
  /** Ids of all your groups. */
  readonly groups: readonly number[];
}

/** Keeps an image for as long as somebody needs it. */
export interface Pin {
  /** A system of the site. */
  readonly system?: string | undefined;
  /** `docker`, or `custom` for imports. */
  readonly itype?: string | undefined;
  /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
  readonly tag: string;
  /** Who needs it: `job:123`. */
  readonly holder: string;
  /** When it is over; null: when it is taken away; seconds since 1970 with fraction */
  readonly until?: number | null | undefined;
}

/** One page. */
export interface PinPage {
  readonly items: readonly HeldImage[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** Why a request was not fulfilled. */
export interface Problem {
  /** Always `about:blank`: the code says which kind it is. */
  readonly type: string;
  /** The status in words. */
  readonly title: string;
  /** The status code. */
  readonly status: number;
  /** The kind of failure: `E_GATEWAY_…`. */
  readonly code: string;
  /** What happened, to which thing and why. */
  readonly detail: string;
  /** What to do next. */
  readonly hint?: string | undefined;
}

/** How far a pull is. */
export interface Progress {
  /** Bytes fetched. */
  readonly done: number;
  /** Bytes to fetch; 0: nobody knows yet. */
  readonly total: number;
  /** Bytes per second over the last seconds. */
  readonly rate: number;
}

/** A wish for an image, from its first word to its end. */
export interface Pull {
  /** Its id. */
  readonly id: string;
  /** What kind of wish. */
  readonly kind: "pull" | "import";
  /** The system. */
  readonly system: string;
  /** `docker` or `custom`. */
  readonly itype: string;
  /** The reference. */
  readonly tag: string;
  readonly owner?: Owner | undefined;
  /** Ids of the users who may read it besides the owner. */
  readonly users: readonly number[];
  /** Ids of the groups that may read it. */
  readonly groups: readonly number[];
  /** Where it is in its life. */
  readonly status:
    | "INIT"
    | "PENDING"
    | "PULLING"
    | "EXAMINATION"
    | "CONVERSION"
    | "TRANSFER"
    | "HASHING"
    | "READY"
    | "FAILURE"
    | "QUARANTINED"
    | "EXPIRING"
    | "EXPIRED";
  /** What is being done, or why it failed. */
  readonly statusMessage: string;
  readonly progress: Progress;
  /** Pulls that will be worked on before this one; 0: it is at work. */
  readonly position: number;
  /** When it was wished; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When work began; seconds since 1970 with fraction */
  readonly startedAt: number | null;
  /** When a worker last said something about it; seconds since 1970 with fraction */
  readonly heartbeatAt: number;
  /** When it ended; seconds since 1970 with fraction */
  readonly finishedAt: number | null;
  readonly importFrom?: ImportFile | undefined;
  /** The image that it ended in. */
  readonly imageId: string | null;
  /** Code of the failure. */
  readonly errorCode: string | null;
}

/** The image, if nothing has to be done; else the pull. */
export interface PullAnswer {
  readonly image?: Image | undefined;
  readonly pull?: Pull | undefined;
}

/** Pulls that have not ended. */
export interface PullList {
  readonly items: readonly Pull[];
}

/** A wish for an image of a registry. */
export interface PullWish {
  /** A system of the site. */
  readonly system?: string | undefined;
  /** `docker`, or `custom` for imports. */
  readonly itype?: string | undefined;
  /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
  readonly tag: string;
  /** Users by name or id. */
  readonly users?: readonly (string | number)[] | undefined;
  /** Groups by name or id. */
  readonly groups?: readonly (string | number)[] | undefined;
}

/** What somebody may have, and has. */
export interface Quota {
  readonly subject: QuotaSubject;
  readonly limits: QuotaLimits;
  readonly used: QuotaUse;
}

/** What somebody may have. */
export interface QuotaLimits {
  /** null: any number. */
  readonly bytes: number | null;
  /** null: any number. */
  readonly images: number | null;
}

/** Whose quota. */
export interface QuotaSubject {
  /** Of whom. */
  readonly kind: "user" | "group";
  /** Id; -1: everybody without a quota of his own. */
  readonly number: number;
}

/** What somebody has. */
export interface QuotaUse {
  /** Bytes. */
  readonly bytes: number;
  /** Images. */
  readonly images: number;
}

/** Lets an image out of quarantine. */
export interface ReleaseWish {
  /** A system of the site. */
  readonly system?: string | undefined;
  /** `docker`, or `custom` for imports. */
  readonly itype?: string | undefined;
  /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
  readonly tag: string;
  /** Why; goes into the audit. */
  readonly reason: string;
}

/** A repository of the site's registry. */
export interface Repository {
  /** Its name, namespace and all. */
  readonly name: string;
  /** When it was first pushed to; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When it was last pushed to; seconds since 1970 with fraction */
  readonly pushedAt: number;
  /** By whom; empty: nobody knows any more. */
  readonly pushedBy: string;
  /** What you may do there. */
  readonly role: "view" | "write" | "admin";
  /** What the systems have of it, as far as you may know. */
  readonly images: readonly RepositoryImage[];
}

/** What a system has of a repository, as far as you may know. */
export interface RepositoryImage {
  /** The system. */
  readonly system: string;
  /** The repository. */
  readonly repository: string;
  /** Its tag. */
  readonly tag: string;
  /** The name that it is run by there. */
  readonly image: string;
  /** `READY`, or how far its pull is. */
  readonly status: string;
  /** False: the tag was pushed again since. */
  readonly current: boolean;
}

/** One page. */
export interface RepositoryPage {
  readonly items: readonly Repository[];
  /** Sent as `after`, this yields the page after this one; absent: there is none. */
  readonly next?: string | undefined;
}

/** A tag of a repository. */
export interface RepositoryTag {
  /** The tag. */
  readonly tag: string;
  /** Of the manifest or index that it stands for. */
  readonly digest: string;
  /** Of that. */
  readonly mediaType: string;
  /** Of that. */
  readonly bytes: number;
  /** When it was pushed; seconds since 1970 with fraction */
  readonly pushedAt: number;
  /** By whom; empty: nobody knows any more. */
  readonly pushedBy: string;
  readonly verdict?: Verdict | undefined;
  /** What the systems have of it, as far as you may know. */
  readonly images: readonly RepositoryImage[];
}

/** A repository with its tags. */
export interface RepositoryWithTags {
  /** Its name, namespace and all. */
  readonly name: string;
  /** When it was first pushed to; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When it was last pushed to; seconds since 1970 with fraction */
  readonly pushedAt: number;
  /** By whom; empty: nobody knows any more. */
  readonly pushedBy: string;
  /** What you may do there. */
  readonly role: "view" | "write" | "admin";
  /** What the systems have of it, as far as you may know. */
  readonly images: readonly RepositoryImage[];
  readonly tags: readonly RepositoryTag[];
}

/** A machine whose images the gateway keeps. */
export interface System {
  /** Its name. */
  readonly name: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** Format of its images. */
  readonly format: string;
  /** Whether it is meant where none is named. */
  readonly default: boolean;
}

/** The systems of the site. */
export interface SystemList {
  readonly items: readonly System[];
}

/** Where a tag has led, newest first. */
export interface TagHistory {
  readonly items: readonly TagMove[];
}

/** What a tag led to, from a moment on. */
export interface TagMove {
  /** When; seconds since 1970 with fraction */
  readonly at: number;
  /** Who moved it. */
  readonly by: string;
  /** The image from then on; null: none. */
  readonly imageId: string | null;
  /** The image until then; null: none. */
  readonly previousId: string | null;
}

/** Which tags stay what they are, and which may move. */
export interface TagRule {
  /** With * and ?, or `semver`. */
  readonly pattern: string;
  /** What they are. */
  readonly kind: "immutable" | "moving";
  /** For this repository only, named below the namespace; absent: for all of it. */
  readonly repository?: string | undefined;
}

/** People who own namespaces together. */
export interface Team {
  /** Its name. */
  readonly name: string;
  /** A group of the directory, whose members may write. */
  readonly group?: string | undefined;
  /** User names, and what they may do. */
  readonly members: Readonly<Record<string, "write" | "admin">>;
}

/** All teams. */
export interface TeamList {
  readonly items: readonly Team[];
}

/** What a team shall be; replaces what was said before. */
export interface TeamWish {
  /** A group of the directory, whose members may write. */
  readonly group?: string | undefined;
  /** User names, and what they may do. */
  readonly members: Readonly<Record<string, "write" | "admin">>;
}

/** A token, without its secret. */
export interface Token {
  /** Its id. */
  readonly id: string;
  /** What it is for. */
  readonly name: string;
  /** Whose it is. */
  readonly user: string;
  readonly uid: number;
  /** What it may be used for. */
  readonly scopes: readonly ("read" | "pull" | "manage" | "admin")[];
  /** When it was made; seconds since 1970 with fraction */
  readonly createdAt: number;
  /** When it ends; null: when it is revoked; seconds since 1970 with fraction */
  readonly expires: number | null;
  /** When it was last used; seconds since 1970 with fraction */
  readonly lastUse: number | null;
}

/** Tokens. */
export interface TokenList {
  readonly items: readonly Token[];
}

/** A wish for a token. */
export interface TokenWish {
  /** What it is for. */
  readonly name: string;
  readonly scopes: readonly ("read" | "pull" | "manage" | "admin")[];
  /** Seconds until it ends. */
  readonly expiresIn?: number | undefined;
}

/** What the site's checks said. */
export interface Verdict {
  /** In a word. */
  readonly verdict: "accepted" | "refused" | "quarantined";
  /** Why. */
  readonly reason: string;
}

/** Staff let an image through. */
export interface VerdictRelease {
  /** Who. */
  readonly by: string;
  /** Why. */
  readonly reason: string;
  /** When; seconds since 1970 with fraction */
  readonly at: number;
}
