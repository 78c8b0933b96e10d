// The whole of what the catalog offers: the contract of ../records.ts, and what the desk, the collector and the workers
// need besides.

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Actor, Catalog, Eyes } from "../records.ts";
import type {
  AclChange,
  GatewayEvent,
  HeldImage,
  ImageName,
  ImageRecord,
  ListFilter,
  Lookup,
  MadeImage,
  Page,
  PublishedAcl,
  PullRecord,
  QuotaLimits,
  QuotaReport,
  QuotaSubject,
  TagMove,
  WriteImage,
} from "../types.ts";
import type { StoredImage } from "./access.ts";
import type { EventQuery } from "./events.ts";
import type { PinQuery } from "./pin-list.ts";
import type { Pin, PinChange } from "./pins.ts";
import type { KeptVerdict } from "./verdicts.ts";

/** The catalog of all systems. Failures of the database pass through as E_STORE_…. */
export interface GatewayCatalog extends Catalog {
  find(name: ImageName): Promise<StoredImage | undefined>;
  byId(system: string, id: string): Promise<StoredImage | undefined>;
  byDigest(digest: string): Promise<readonly StoredImage[]>;
  list(filter: ListFilter, eyes: Eyes): Promise<Page<StoredImage>>;
  /** READY images that these eyes see, each as `write` puts it, with a comma before it. */
  texts(system: string, write: WriteImage, eyes: Eyes): Promise<readonly Buffer[]>;
  record(...finding: Parameters<Catalog["record"]>): Promise<StoredImage>;
  setAcl(key: number, acl: AclChange, by: Actor): Promise<StoredImage>;
  /** The image that the name points to, whatever its state. */
  named(name: ImageName): Promise<StoredImage | undefined>;
  /** The newest image in quarantine that was pulled by that name. */
  quarantined(name: ImageName): Promise<StoredImage | undefined>;
  /**
   * The lists for the image's files once this pull is recorded; to be asked before anything is published.
   *
   * @throws E_GATEWAY_SAME_HASH when the files' name belongs to other content
   */
  aclAfter(pull: PullRecord, made: MadeImage): Promise<PublishedAcl>;
  /**
   * Marks the image EXPIRING, so that its files may be removed; false when it must not be: somebody pinned it, it is gone
   * already or, with `overdue`, it was used meanwhile.
   */
  retire(key: number, by: Actor, options?: { readonly overdue?: boolean }): Promise<boolean>;
  overdue(system: string): Promise<readonly StoredImage[]>;
  /** Images marked EXPIRING, whose removal a dead server may have left halfway. */
  expiring(system: string): Promise<readonly StoredImage[]>;
  /** Points the name to the image. */
  moveTag(name: ImageName, image: ImageRecord, by: Actor): Promise<void>;
  dropTag(name: ImageName, by: Actor): Promise<void>;
  tagHistory(name: ImageName): Promise<readonly TagMove[]>;
  used(image: ImageRecord, name: ImageName, by: { readonly uid: number; readonly user: string } | undefined): void;
  lookups(system: string, limit: number): Promise<readonly Lookup[]>;
  events(query: EventQuery): Promise<Page<GatewayEvent>>;
  /** `within`: as a transaction sees it. */
  quota(subject: QuotaSubject, within?: Kysely<Tables>): Promise<QuotaReport>;
  setQuota(subject: QuotaSubject, limits: QuotaLimits): Promise<void>;
  pins(key: number): Promise<readonly Pin[]>;
  pinPage(query: PinQuery): Promise<Page<HeldImage>>;
  /** False: the image is not READY any more. */
  pin(key: number, pin: Pin, change: PinChange): Promise<boolean>;
  /** False: there was none. */
  unpin(key: number, holder: string, change: PinChange): Promise<boolean>;
  verdicts(digest: string): Promise<readonly KeptVerdict[]>;
  keepVerdict(digest: string, verdict: Omit<KeptVerdict, "at">): Promise<void>;
  /** How many EXPIRED images of the system were removed before that time. */
  countGone(system: string, before: number): Promise<number>;
  /** Deletes their records with their names and readers, which history and events outlive; answers how many. */
  forgetGone(system: string, before: number): Promise<number>;
  /** Removes lookups but the newest `lookups`, and events but the newest `events`. */
  trim(keep: { readonly lookups: number; readonly events: number }): Promise<void>;
  /** Writes what is held and stops listening. The store stays open. */
  close(): Promise<void>;
}
