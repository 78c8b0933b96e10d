// What the records offer the parts that change them: the catalog of images and the queue of pulls. Both speak SQL to the
// store and know no rule about who may; every method is one transaction, so that a dead server leaves a whole record.

import type { Transaction } from "kysely";
import type { Tables } from "../store/schema.ts";
import type {
  AclChange,
  GatewayEvent,
  ImageName,
  ImageRecord,
  ListFilter,
  MadeImage,
  Owner,
  Page,
  Progress,
  PullRecord,
  RegistryCredential,
  Status,
} from "./types.ts";

/** Whose eyes look: everything is filtered by what they may see. `all` is the gateway itself. */
export type Eyes = "all" | { readonly uid: number | undefined; readonly gids: readonly number[] };

/** The images of all systems. */
export interface Catalog {
  /** The READY image under that tag. Answers from memory for as long as it is true. */
  find(name: ImageName): Promise<ImageRecord | undefined>;
  byId(system: string, id: string): Promise<ImageRecord | undefined>;
  byDigest(digest: string): Promise<readonly ImageRecord[]>;
  list(filter: ListFilter, eyes: Eyes): Promise<Page<ImageRecord>>;
  mayRead(image: ImageRecord, eyes: Eyes): boolean | Promise<boolean>;
  /** Records a finished pull: the image (new, or its metadata), its tag, who may read it, the events. */
  record(
    pull: PullRecord,
    image: MadeImage,
    bytes: number,
    status: "READY" | "QUARANTINED",
    reason: string,
  ): Promise<ImageRecord>;
  setAcl(key: number, acl: AclChange, by: Actor): Promise<ImageRecord>;
  setStatus(key: number, status: Status, message: string): Promise<void>;
  /** Remembers a use and a lookup; written with others within a second, and by `flush`. */
  used(image: ImageRecord, name: ImageName, by: { readonly uid: number; readonly user: string }): void;
  flush(): Promise<void>;
  /** READY images past their time and without a pin, of one system. */
  overdue(system: string): Promise<readonly ImageRecord[]>;
  note(event: Omit<GatewayEvent, "id" | "at">): Promise<void>;
}

export interface Actor {
  readonly uid: number | null;
  readonly user: string;
}

/** What a worker gets to do. */
export interface ClaimedPull extends PullRecord {
  readonly registries: ReadonlyMap<string, RegistryCredential>;
  readonly attempts: number;
}

/** A new request. */
export interface NewPull extends ImageName {
  readonly kind: "pull" | "import";
  readonly owner: Owner | undefined;
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly registries: ReadonlyMap<string, RegistryCredential>;
  readonly importFrom?: { readonly path: string; readonly format: string } | undefined;
}

/** Requests that have not ended, of everybody, of a person, of his primary group. */
export interface Unfinished {
  readonly total: number;
  readonly own: number;
  readonly group: number;
}

/**
 * Whether there is room for one more request; told what there is without it, in the transaction that adds it, so that nobody comes
 * between. @throws what refuses it
 */
export type Admission = (unfinished: Unfinished, trx: Transaction<Tables>) => Promise<void>;

/** The queue of all servers. A pull is worked on by the one that claimed it, for as long as its heartbeat is young. */
export interface Queue {
  /** Adds a request, or answers the unfinished one of the same name: there is never more than one. @throws what `admit` throws */
  add(request: NewPull, admit?: Admission): Promise<PullRecord>;
  find(id: string): Promise<PullRecord | undefined>;
  /** The newest request of that name, finished or not; with `uid` the newest of that person. */
  latest(name: ImageName, uid?: number): Promise<PullRecord | undefined>;
  unfinished(system: string | undefined): Promise<readonly PullRecord[]>;
  /** The next to work on: of the users with the fewest jobs under way the one who has waited longest. */
  claim(limits: { readonly perUser: number }): Promise<ClaimedPull | undefined>;
  progress(id: string, status: Status, message: string, progress: Progress): Promise<{ readonly cancelled: boolean }>;
  /** Ends it; `again` puts it back for another attempt after so many seconds instead. */
  finish(id: string, end: PullEnd): Promise<void>;
  cancel(id: string): Promise<void>;
  /** Takes the flight of `key` for this pull (`leader`), or lets the pull wait for its end (`follower`), unclaimed. */
  board(id: string, key: string, digest: string): Promise<"leader" | "follower">;
  /** Ends a flight; its followers are claimable again and find what it made. */
  land(key: string): Promise<void>;
  /** Beats for everything this server works on, and puts back what dead servers left. Answers how many were put back. */
  beat(): Promise<number>;
  /** Resolves when there may be something to claim, or after `ms`. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls back with every pull of this server (or, with PostgreSQL, of any) whose record changed. */
  watch(listener: (id: string) => void): () => void;
}

export type PullEnd =
  | { readonly kind: "ready"; readonly imageId: string }
  | { readonly kind: "failed"; readonly message: string; readonly code: string }
  /** `free`: that was no attempt, as when a server stops in the middle. */
  | { readonly kind: "again"; readonly message: string; readonly afterSeconds: number; readonly free?: boolean };
