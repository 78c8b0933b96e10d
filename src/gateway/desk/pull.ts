// Requests for images: what answers them, and when they become a pull (decide-pull.ts has the rules).

import { BerthError } from "../../base/errors.ts";
import { type StoredImage, seesTag, shownTo } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import { CANCELLED } from "../queue/lifecycle.ts";
import type { Eyes } from "../records.ts";
import type { AclChange, ImageName, ImageRecord, Principal, PullRecord, RegistryCredential } from "../types.ts";
import { credentialFor, imageReference } from "../work/image-reference.ts";
import { decidePull, type PullDecision, type PullWish } from "./decide-pull.ts";
import { type Lists, listsDiffer, requestedLists } from "./lists.ts";
import { normalName } from "./names.ts";
import { type OwnTag, ownTag } from "./own-tag.ts";
import type { DeskParts } from "./parts.ts";
import { shownPull } from "./pulls.ts";
import { roomFor } from "./quotas.ts";
import { eyesOf, ownerOf, owns, person, systemOf } from "./rights.ts";

/** Answers the image, the request under way, or a new one. */
export async function pull(
  parts: DeskParts,
  asking: Principal | undefined,
  given: ImageName,
  acl: AclChange,
): Promise<ImageRecord | PullRecord> {
  const who = person(asking, "pull", "a pull");
  systemOf(parts.config(), given.system);
  const name = normalName(given);
  const own = name.itype === "docker" ? ownTag(parts, name.tag) : undefined;
  const login = await loginFor(parts, who, name, own);
  const wish = { who, name, own, lists: requestedLists(acl, who), login };
  const known = await knownOf(parts, wish);
  const decision = decide(parts, wish, known, await newsOf(wish, known));
  if (decision === "request" && known.request) return shownPull(parts, who, known.request);
  if (known.image && decision === "image") return shownTo(known.image, known.eyes);
  if (decision === "replace" && known.request) await parts.queue.cancel(known.request.id);
  return start(parts, wish, known);
}

/** Who wants what. */
interface Wish {
  readonly who: Principal;
  readonly name: ImageName;
  /** As asked for, himself among them. */
  readonly lists: Lists;
  readonly login: Login | undefined;
  /** Set when the name leads to the site's own registry. */
  readonly own: OwnTag | undefined;
}

/** A credential and the location that it is for. */
interface Login {
  readonly location: string;
  readonly credential: RegistryCredential;
  /** By which it is known again when a pull with it has failed. */
  readonly mark: RegistryCredential;
}

/** What there is already, as far as this person may know. */
interface Known {
  readonly eyes: Eyes;
  readonly image: StoredImage | undefined;
  readonly request: PullRecord | undefined;
}

// No more than is needed: credentials for other registries go no further than here.
async function loginFor(
  parts: DeskParts,
  who: Principal,
  { itype, tag }: ImageName,
  own: OwnTag | undefined,
): Promise<Login | undefined> {
  if (itype !== "docker") return undefined;
  const pass = await own?.passFor(who);
  // Each pass is another; who may look at the repository is the same login each time.
  if (own && pass) return { location: own.location, credential: pass, mark: { user: who.user, password: "" } };
  const { location } = imageReference(tag, parts.config());
  const credential = credentialFor(location, who.registries, parts.config().defaultLocation);
  return credential && { location: location.name, credential, mark: credential };
}

// What is known of a tag without a pull: only of those of the site's own registry.
async function newsOf({ own }: Wish, { image, request }: Known): Promise<News> {
  if (!own || request?.finishedAt === null) return { moved: false, pushed: false };
  const failedAt = request && request.status !== "READY" ? request.finishedAt : null;
  return {
    moved: image !== undefined && (await own.moved(image.digest)),
    pushed: failedAt !== null && (await own.pushedSince(failedAt)),
  };
}

type News = Pick<PullWish, "moved" | "pushed">;

async function knownOf({ catalog, queue }: DeskParts, { who, name }: Wish): Promise<Known> {
  const [eyes, found, newest] = await Promise.all([eyesOf(who), catalog.find(name), queue.latest(name)]);
  const image = found && seesTag(found, name.tag, eyes) ? found : undefined;
  if (newest?.finishedAt === null) return { eyes, image, request: newest };
  // A failure counts for the person whose it is: another may have better credentials. Who cancelled his own and asks again
  // wants it. And what staff have released since is there.
  const own = newest && newest.owner?.uid !== who.uid ? await queue.latest(name, who.uid) : newest;
  const counts =
    own?.owner?.uid === who.uid && own.errorCode !== CANCELLED && !(await releasedSince(own, image, catalog));
  return { eyes, image, request: counts ? own : undefined };
}

async function releasedSince(
  { finishedAt }: PullRecord,
  image: StoredImage | undefined,
  catalog: DeskParts["catalog"],
): Promise<boolean> {
  if (finishedAt === null || image === undefined) return false;
  const verdicts = await catalog.verdicts(image.digest);
  return verdicts.some(({ judge, verdict, at }) => judge === "staff" && verdict === "accepted" && at >= finishedAt);
}

function decide(parts: DeskParts, { who, lists, login }: Wish, { image, request }: Known, news: News): PullDecision {
  const config = parts.config();
  const mayList = image?.private === true && owns(who, image);
  const wish = {
    listsDiffer: mayList && listsDiffer(lists, image),
    newCredentials: request !== undefined && parts.marks.differs(request.id, login?.mark),
    ...news,
  };
  const ages = { update: config.pullUpdateMs / 1000, heartbeat: config.heartbeatMs / 1000 };
  return decidePull({ ready: image, request }, wish, parts.now(), ages);
}

async function start(parts: DeskParts, wish: Wish, { image, eyes }: Known): Promise<ImageRecord | PullRecord> {
  const { who, name, login } = wish;
  if (name.itype !== "docker") {
    if (image) return shownTo(image, eyes);
    throw fail("E_GATEWAY_PULL_TYPE", { ...name });
  }
  const registries = new Map(login ? [[login.location, login.credential]] : []);
  const lists = mergedLists(wish, image);
  const wanted = { kind: "pull", ...name, owner: ownerOf(who), ...lists, registries } as const;
  try {
    const request = await parts.queue.add(wanted, roomFor(parts, who));
    // Else somebody was faster, and this is his.
    if (request.status === "INIT") parts.marks.keep(request.id, login?.mark);
    return await shownPull(parts, who, request);
  } catch (error) {
    // Who has an image may go on using it, however full his quota.
    if (image && error instanceof BerthError && error.http < 500) return shownTo(image, eyes);
    throw error;
  }
}

// A list that was not given stays as it is.
function mergedLists({ who, lists }: Wish, image: StoredImage | undefined): Lists {
  if (!image || !owns(who, image) || (lists.users.length === 0 && lists.groups.length === 0)) return lists;
  return {
    users: lists.users.length > 0 ? lists.users : image.users,
    groups: lists.groups.length > 0 ? lists.groups : image.groups,
  };
}
