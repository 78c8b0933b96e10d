// The catalog of all systems' images: composes the files of this folder over one store. It records and answers; who may
// do what is the desk's affair.

import type { Store } from "../../store/store.ts";
import type { ImageName, ImageRecord, QuotaLimits } from "../types.ts";
import { isStored, mayRead, publishedAcl, readersAfter, type StoredImage } from "./access.ts";
import { changeAcl } from "./acl.ts";
import { both, type Change, change, hearChanges } from "./changes.ts";
import { eventPage, note, trimEvents } from "./events.ts";
import { overdueImages, retireImage } from "./expiry.ts";
import { finder, imageById, imageByKey, imageNamed, imageQuarantined, imagesByDigest, imagesInState } from "./find.ts";
import { AT_ONCE, countGone, forgetGone } from "./forget.ts";
import type { GatewayCatalog } from "./gateway-catalog.ts";
import { listImages } from "./list.ts";
import { ListTexts } from "./list-texts.ts";
import { lastLookups, trimLookups } from "./lookups.ts";
import { Memory } from "./memory.ts";
import { pinPage } from "./pin-list.ts";
import { dropPin, pinsOf, setPin } from "./pins.ts";
import { quotaOf, setQuota } from "./quotas.ts";
import { isFoundPrivate, privacyAfter, recordFinding, refuseOtherContent } from "./record.ts";
import { noteStatus } from "./status.ts";
import { dropTag, moveTag, tagHistory } from "./tags.ts";
import { Uses } from "./uses.ts";
import { keepVerdict, verdictsOf } from "./verdicts.ts";

/** What the catalog is told. */
export interface CatalogOptions {
  readonly store: Store;
  /** Read again at every use, so that it may follow a configuration that is loaded anew. */
  readonly config: {
    readonly expirationMs: number;
    readonly privateDefault: "owner" | "everyone";
    readonly lookupsKept: boolean;
    readonly quota: { readonly bytes: number | undefined; readonly images: number | undefined };
  };
  /** Seconds since 1970 with fraction; the store's clock unless said otherwise. */
  readonly now?: (() => number) | undefined;
  /** Hears of uses that could not be written; they are kept and tried again. */
  readonly onFault?: ((reason: string) => void) | undefined;
  /** Bytes of images that are remembered; 32 MiB unless said otherwise, some 25,000 images. */
  readonly memoryBytes?: number | undefined;
}

const MEMORY_BYTES = 32 * 1024 * 1024;

/** Opens the catalog over the store; `close` before the store is closed. */
export function makeCatalog(options: CatalogOptions): GatewayCatalog {
  const { store, config } = options;
  const now = options.now ?? store.now;
  const life = () => config.expirationMs / 1000;
  const memory = new Memory<StoredImage>(options.memoryBytes ?? MEMORY_BYTES);
  const keepLookups = () => config.lookupsKept;
  const uses = new Uses({ store, now, life, keepLookups, onFault: options.onFault ?? (() => {}) });
  const texts = new ListTexts(store.db);
  const forgetful = both(memory, texts);
  const stopHearing = hearChanges(store, forgetful);
  const changing: Changing = (work) => change(store, forgetful, work);
  const core: Core = { db: store.db, config, now, life, memory, uses, changing };
  return {
    ...found(core),
    ...recorded(core),
    ...removed(core),
    ...kept(core),
    texts: async (system, write, eyes) => {
      // Whoever asks after another server's change must not be told what was before.
      await store.caughtUp();
      return texts.list(system, write, eyes);
    },
    flush: () => uses.flush(),
    close: async () => {
      stopHearing();
      texts.clear();
      await uses.flush();
    },
  };
}

type Changing = <T>(work: (change: Change) => Promise<T>) => Promise<T>;

/** What all parts of the catalog work with. */
interface Core extends Pick<CatalogOptions, "config"> {
  readonly db: Store["db"];
  readonly now: () => number;
  /** Seconds that an image is kept after its last use. */
  readonly life: () => number;
  readonly memory: Memory<StoredImage>;
  readonly uses: Uses;
  readonly changing: Changing;
}

/** Images by name, number, list. */
function found({ db, memory }: Core) {
  const look = finder(db);
  async function find(name: ImageName): Promise<StoredImage | undefined> {
    const key = `${name.system}\n${name.itype}\n${name.tag}`;
    return memory.get(key) ?? memory.ask(key, () => look(name));
  }
  async function isReadable(image: ImageRecord, eyes: Parameters<typeof mayRead>[1]): Promise<boolean> {
    return mayRead(isStored(image) ? image : await imageByKey(db, image.key), eyes);
  }
  return {
    find,
    byId: (system, id) => imageById(db, system, id),
    byDigest: (digest) => imagesByDigest(db, digest),
    named: (name) => imageNamed(db, name),
    quarantined: (name) => imageQuarantined(db, name),
    list: (filter, eyes) => listImages(db, filter, eyes),
    mayRead: (image, eyes) => (isStored(image) ? mayRead(image, eyes) : isReadable(image, eyes)),
  } satisfies Partial<GatewayCatalog>;
}

/** What pulls found, readers, names, uses. */
function recorded({ db, config, now, life, uses, changing }: Core) {
  return {
    async record(pull, made, bytes, status, reason) {
      const rules = { privateDefault: config.privateDefault, life: life() };
      const finding = { pull, made, bytes, status, reason };
      return imageByKey(db, await changing((transaction) => recordFinding(transaction, finding, rules, now())));
    },
    async aclAfter(pull, made) {
      const known = await imageById(db, pull.system, made.id);
      const there = known?.status === "READY" || known?.status === "QUARANTINED" ? known : undefined;
      refuseOtherContent(there, pull, made);
      const readers = readersAfter(there?.readers, pull, isFoundPrivate(pull, made), config.privateDefault);
      return publishedAcl({ private: privacyAfter(there, pull, made), readers });
    },
    async setAcl(key, acl, by) {
      await changing((transaction) => changeAcl(transaction, { key, acl, by }, config.privateDefault, now()));
      return imageByKey(db, key);
    },
    setStatus: (key, status, message) =>
      changing((transaction) => noteStatus(transaction, { key, status, message }, now())),
    moveTag: (name, image, by) =>
      changing((transaction) => {
        const to = { name, key: image.key, imageId: image.id, private: image.private, by, now: now() };
        return moveTag(transaction, to);
      }),
    dropTag: (name, by) => changing((transaction) => dropTag(transaction, name, by, now())),
    tagHistory: (name) => tagHistory(db, name),
    used: (image, name, by) => uses.add(image, name, by),
    lookups: async (system, limit) => {
      await uses.flush();
      return lastLookups(db, system, limit);
    },
  } satisfies Partial<GatewayCatalog>;
}

/** What goes. Uses that are not written yet count as well. */
function removed({ db, now, uses, changing }: Core) {
  return {
    overdue: async (system) => {
      await uses.flush();
      return overdueImages(db, system, now());
    },
    retire: async (key, by, { overdue = false } = {}) => {
      await uses.flush();
      return changing((transaction) => retireImage(transaction, { key, overdue, by }, now()));
    },
    expiring: (system) => imagesInState(db, system, "EXPIRING"),
    countGone: (system, before) => countGone(db, system, before),
    forgetGone: async (system, before) => {
      for (let sum = 0; ; ) {
        const some = await changing((transaction) => forgetGone(transaction, system, before));
        sum += some;
        if (some < AT_ONCE) return sum;
      }
    },
    trim: async (keep) => {
      await trimLookups(db, keep.lookups);
      await trimEvents(db, keep.events);
    },
  } satisfies Partial<GatewayCatalog>;
}

/** What is kept beside images: events, quotas, pins, verdicts. */
function kept({ db, config, now, changing }: Core) {
  const noLimits: QuotaLimits = { bytes: null, images: null };
  const perUser = (): QuotaLimits => ({ bytes: config.quota.bytes ?? null, images: config.quota.images ?? null });
  return {
    note: (event) => note(db, now(), { ...event, actor: { uid: event.actor.uid, user: event.actor.name } }),
    events: (query) => eventPage(db, query),
    quota: (subject, within = db) => quotaOf(within, subject, subject.kind === "user" ? perUser() : noLimits),
    setQuota: (subject, limits) => setQuota(db, subject, limits),
    pins: (key) => pinsOf(db, key, now()),
    pinPage: (query) => pinPage(db, query, now()),
    pin: (key, pin, by) => changing((transaction) => setPin(transaction, key, pin, by, now())),
    unpin: (key, holder, by) => changing((transaction) => dropPin(transaction, key, holder, by, now())),
    verdicts: (digest) => verdictsOf(db, digest),
    keepVerdict: (digest, verdict) => keepVerdict(db, digest, { ...verdict, at: now() }),
  } satisfies Partial<GatewayCatalog>;
}
