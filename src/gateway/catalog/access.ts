// Who may read an image, as pure functions of what is recorded about it (spec/shifter.md 1.7, and 10.6 case 126). SQL
// says the same in visible.ts; a property test holds the two together. Knows nothing of requests.

import type { Eyes } from "../records.ts";
import type { ImageRecord, Owner, PublishedAcl, PullRecord } from "../types.ts";

/** Who may read an image while it is private. */
export interface Readers {
  readonly owner: Owner | undefined;
  /** The owner's lists; they are kept, without effect, while the image is public. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  /** People whose own credentials opened it at the registry. */
  readonly pullers: readonly number[];
}

/** An image as the catalog answers it: with everything that the read check needs. */
export interface StoredImage extends ImageRecord {
  readonly readers: Readers;
  /** Those of its tags that were found with credentials. While the image is public, only its readers see them. */
  readonly privateTags: readonly string[];
}

/** True for an image that the catalog answered, which can be judged without asking it again. */
export function isStored(image: ImageRecord): image is StoredImage {
  return "readers" in image;
}

/** The read check. Both lists empty: everybody whom the site knows; but nobody in particular sees public images only. */
export function mayRead(image: { readonly private: boolean; readonly readers: Readers }, eyes: Eyes): boolean {
  return !image.private || mayReadPrivately(image.readers, eyes);
}

/** Whether these eyes would see the image if it were private. */
export function mayReadPrivately(readers: Readers, eyes: Eyes): boolean {
  if (eyes === "all") return true;
  const { uid, gids } = eyes;
  if (uid === undefined) return false;
  if (readers.users.length === 0 && readers.groups.length === 0) return true;
  if (readers.owner?.uid === uid || readers.users.includes(uid) || readers.pullers.includes(uid)) return true;
  return readers.groups.some((gid) => gids.includes(gid));
}

/** Whether these eyes see the image under that name of it. */
export function seesTag(image: StoredImage, tag: string, eyes: Eyes): boolean {
  if (image.private || image.privateTags.includes(tag)) return mayReadPrivately(image.readers, eyes);
  return true;
}

/** The image with no more of its names than these eyes may see. */
export function shownTo(image: StoredImage, eyes: Eyes): StoredImage {
  if (image.privateTags.length === 0 || mayReadPrivately(image.readers, eyes)) return image;
  return { ...image, tags: image.tags.filter((tag) => !image.privateTags.includes(tag)), privateTags: [] };
}

/** A uid that nobody has: files of a quarantined image are for nobody until it is released. */
export const NOBODY: PublishedAcl = { private: true, users: [2 ** 32 - 2], groups: [] };

/** More numbers in one line of `.meta` than this make its reader give up (spec/shifter.md 5.9). */
const META_IDS = 1000;

/** The lists that the image's files carry: the owner and those who opened it themselves among them. */
export function publishedAcl(image: { readonly private: boolean; readonly readers: Readers }): PublishedAcl {
  const { owner, users, groups, pullers } = image.readers;
  // Empty lists in the files mean everybody to the runtime, so one person more would shut out all others.
  if (!image.private || (users.length === 0 && groups.length === 0)) {
    return { private: image.private, users: [], groups: [] };
  }
  const all = distinct([...(owner ? [owner.uid] : []), ...users]);
  const others = pullers.filter((uid) => !all.includes(uid)).slice(0, Math.max(0, META_IDS - all.length));
  return { private: true, users: distinct([...all, ...others]), groups };
}

/** What a pull was, as far as it decides who may read what it found. */
export type Puller = Pick<PullRecord, "kind" | "owner" | "users" | "groups">;

/**
 * Who may read the image after this pull has found it. Lists are the owner's to make: those of another person's pull have
 * no effect, but his own credentials let him read.
 */
export function readersAfter(
  before: Readers | undefined,
  pull: Puller,
  isPrivate: boolean,
  privateDefault: "owner" | "everyone",
): Readers {
  const owner = before ? before.owner : pull.owner;
  const mine = pull.owner !== undefined && owner?.uid === pull.owner.uid;
  const listed = pull.users.length > 0 || pull.groups.length > 0;
  // Of a public image lists have no meaning; those kept from before are for its private names.
  const lists = mine && listed && isPrivate ? pull : (before ?? { users: [], groups: [] });
  const pullers = new Set(before?.pullers ?? []);
  if (isPrivate && pull.kind === "pull" && pull.owner && !mine) pullers.add(pull.owner.uid);
  const bare = lists.users.length === 0 && lists.groups.length === 0;
  const keeper = owner ?? pull.owner;
  const users = bare && isPrivate && privateDefault === "owner" && keeper ? [keeper.uid] : lists.users;
  return { owner, users: distinct(users), groups: distinct(lists.groups), pullers: [...pullers] };
}

/** The numbers without repetition, in rising order. */
export function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
