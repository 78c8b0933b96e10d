// What crosses the doors inside the gateway: who asks, what images and pulls are, and what each part offers the others.
// The parts: `desk` (what a request means and who may), `catalog` and `queue` (the records), `work` (pull, convert,
// examine), `publish` (files on the systems), `api` (HTTP). Times are seconds since 1970 with fraction, as on the wire.

import type { CollectedSignatures } from "../signing/signature-evidence.ts";
import type { HeldImage, PinFilter } from "./pin-types.ts";

export type { Judge, Verdict } from "./judge-types.ts";
export type { HeldImage, PinFilter } from "./pin-types.ts";
export type { PublishedAcl, PublishedFile, Publisher } from "./publisher-types.ts";

/** Who asks. Nobody in particular is `undefined`: no credential was sent. */
export interface Principal {
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly via: "munge" | "mock" | "token" | "registry" | "session";
  /** What a token may be used for; undefined: everything the person may. */
  readonly scopes?: readonly Scope[] | undefined;
  /** Credentials for registries, by location or `default`, as sent with this request. */
  readonly registries: ReadonlyMap<string, RegistryCredential>;
  /** All group ids, the primary one among them. */
  groups(): Promise<readonly number[]>;
}

export type Scope = "read" | "pull" | "manage" | "admin";

export interface RegistryCredential {
  readonly user: string;
  readonly password: string;
}

/** The life of a record on the wire (spec/shifter.md 1.4), and quarantine, which the wire calls FAILURE. */
export type Status =
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

/** An image of a system. */
export interface ImageRecord {
  readonly key: number;
  readonly system: string;
  readonly id: string;
  readonly itype: string;
  readonly tags: readonly string[];
  readonly format: string;
  readonly status: Status;
  readonly statusMessage: string;
  readonly private: boolean;
  readonly owner: Owner | undefined;
  /** Ids of the list that the owner made; the owner himself need not be among them. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly digest: string;
  readonly source: string;
  readonly bytes: number;
  readonly arch: string;
  readonly os: string;
  readonly env: readonly string[];
  readonly entry: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  readonly workdir: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly lastPull: number;
  readonly lastUse: number | null;
  readonly expires: number | null;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
}

/** A request for an image. */
export interface PullRecord {
  readonly id: string;
  readonly kind: "pull" | "import";
  readonly system: string;
  readonly itype: string;
  readonly tag: string;
  /** Undefined: nobody in particular. */
  readonly owner: Owner | undefined;
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly status: Status;
  readonly statusMessage: string;
  readonly progress: Progress;
  /** Pulls that will be worked on before this one; 0 when it is at work. */
  readonly position: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly heartbeatAt: number;
  readonly finishedAt: number | null;
  readonly importFrom: { readonly path: string; readonly format: string } | undefined;
  readonly imageId: string | null;
  readonly errorCode: string | null;
  /** True: made without registry credentials, so that its name is no secret. Undefined counts as false. */
  readonly open?: boolean | undefined;
}

/** How far a pull is. */
export interface Progress {
  /** Bytes fetched of those to fetch; 0 of 0 when nobody knows yet. */
  readonly done: number;
  readonly total: number;
  /** Bytes per second over the last seconds. */
  readonly rate: number;
}

/** Names an image as users do. */
export interface ImageName {
  readonly system: string;
  readonly itype: string;
  readonly tag: string;
}

/** The lists of an image: undefined leaves one as it is. */
export interface AclChange {
  readonly users?: readonly number[] | undefined;
  readonly groups?: readonly number[] | undefined;
}

/** One page of something; `next` begins the one after it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export interface ListFilter {
  readonly system: string;
  readonly mine?: boolean | undefined;
  /** Part of a tag, in whatever case. */
  readonly match?: string | undefined;
  /** Everything that is there, in quarantine too, for administrators and operators; without effect for others. */
  readonly all?: boolean | undefined;
  /** Items of a page; undefined: all of them. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** Puts an image into words: the same words for the same record. What it wrote is kept as long as the function is. */
export type WriteImage = (image: ImageRecord) => string;

/**
 * The front desk: every operation of the gateway with its rules about who may. HTTP, the command line in tests and the
 * mirror call this and nothing behind it. Failures: `E_GATEWAY_…` of src/gateway/errors.ts with their HTTP status.
 */
export interface Desk {
  /**
   * Counts as a use. With `all` (not Shifter's) staff see every image in any state, owners theirs in quarantine, without using it.
   *
   * @throws E_GATEWAY_NO_IMAGE (404), also for those who may not know that it exists
   */
  lookup(who: Principal | undefined, name: ImageName, options?: { readonly all?: boolean }): Promise<ImageRecord>;
  list(who: Principal | undefined, filter: ListFilter): Promise<Page<ImageRecord>>;
  /** All READY images that may be read, each as `write` puts it, with a comma before it; parts of one text in UTF-8. */
  listTexts(who: Principal | undefined, system: string, write: WriteImage): Promise<readonly Buffer[]>;
  /** By the rules of spec/shifter.md 1.5. Answers what there is when nothing has to be done. */
  pull(who: Principal | undefined, name: ImageName, acl: AclChange): Promise<ImageRecord | PullRecord>;
  importFile(
    who: Principal | undefined,
    name: ImageName,
    file: { readonly path: string; readonly format: string },
    acl: AclChange,
  ): Promise<PullRecord>;
  /** Shifter's three answers: false: not an admin (or the owner); null: no such image. */
  expire(who: Principal | undefined, name: ImageName): Promise<boolean | null>;
  /** Ids of what will be removed; false: not an admin. */
  autoexpire(who: Principal | undefined, system: string): Promise<readonly string[] | false>;
  /** What is neither ready nor gone, and may be known by the caller. */
  queue(who: Principal | undefined, system: string): Promise<readonly PullRecord[]>;
  /** The last lookups, oldest first; none for who is no admin. */
  lookups(who: Principal | undefined, system: string, limit: number): Promise<readonly Lookup[]>;
  findPull(who: Principal, id: string): Promise<PullRecord>;
  cancelPull(who: Principal, id: string): Promise<PullRecord>;
  setAcl(who: Principal, name: ImageName, acl: AclChange): Promise<ImageRecord>;
  remove(who: Principal, name: ImageName): Promise<void>;
  /** Releases (`accept`) or keeps a quarantined image. Admins and operators. */
  release(who: Principal, name: ImageName, reason: string): Promise<ImageRecord>;
  pin(who: Principal, name: ImageName, holder: string, until: number | null): Promise<void>;
  unpin(who: Principal, name: ImageName, holder: string): Promise<void>;
  /** Pins that hold: the caller's own, those of his images, and to administrators and operators everybody's. */
  pins(who: Principal, filter: PinFilter): Promise<Page<HeldImage>>;
  tagHistory(who: Principal, name: ImageName): Promise<readonly TagMove[]>;
  quota(who: Principal, subject: QuotaSubject | undefined): Promise<QuotaReport>;
  setQuota(who: Principal, subject: QuotaSubject, limits: QuotaLimits): Promise<void>;
  /** What the caller may know of; `audit` asks for everything, which admins may. */
  events(who: Principal, filter: EventFilter): Promise<Page<GatewayEvent>>;
  /** Removes what is overdue and files that nothing refers to; with `dryRun` only says what it would. */
  collect(who: Principal, system: string, dryRun: boolean): Promise<Collected>;
}

export interface Lookup extends ImageName {
  readonly user: string;
  readonly uid: number;
  readonly id: string;
  readonly time: number;
}

export interface TagMove {
  readonly at: number;
  readonly by: string;
  readonly imageId: string | null;
  readonly previousId: string | null;
}

export interface QuotaSubject {
  readonly kind: "user" | "group";
  /** -1: everybody without limits of his own. */
  readonly number: number;
}

export interface QuotaLimits {
  readonly bytes: number | null;
  readonly images: number | null;
}

export interface QuotaReport {
  readonly subject: QuotaSubject;
  readonly limits: QuotaLimits;
  readonly used: { readonly bytes: number; readonly images: number };
}

export interface EventFilter {
  readonly system?: string | undefined;
  readonly audit?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

export interface GatewayEvent {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly system: string | null;
  readonly imageId: string | null;
  readonly itype: string | null;
  readonly tag: string | null;
  readonly actor: { readonly uid: number | null; readonly name: string };
  readonly outcome: "done" | "refused";
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Collected {
  readonly expired: readonly string[];
  readonly orphanFiles: readonly string[];
  /** Blobs of the content store that no image needs. */
  readonly blobs: number;
  /** Records of images that are gone for longer than the site wants to remember them. */
  readonly records: number;
  readonly bytes: number;
}

/** What a job learned about an image and made of it: everything that publishing and the catalog need. */
export interface MadeImage {
  readonly id: string;
  readonly digest: string;
  readonly private: boolean;
  readonly source: string;
  readonly arch: string;
  readonly os: string;
  readonly env: readonly string[];
  readonly entry: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  readonly workdir: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** The image's USER. */
  readonly user: string | null;
  /** What was found of its signatures, for the judges; undefined: nobody has looked. */
  readonly signatures?: CollectedSignatures | undefined;
  /** The finished file in the working folder, to be moved; undefined: only the metadata changed. */
  readonly file:
    | { readonly path: string; readonly format: string; readonly bytes: number; readonly digest: string }
    | undefined;
}
