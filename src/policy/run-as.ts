// As whom a service runs: the recipe's `user`, or the image's, in every spelling that engines take. Names mean what the image's
// own account files say, never the site's: an image may call any number "fred".

import type { ServiceSpec } from "../recipe/stack/types.ts";
import type { ImageFacts } from "./facts.ts";

export interface RunAs {
  /** `USER[:GROUP]`; undefined: neither recipe nor image says, so it is root; or not known. */
  readonly written: string | undefined;
  readonly by: "service" | "image" | "nobody" | "unknown";
  /** Undefined: a name whose number is not known. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Undefined: not known. */
  readonly root: boolean | undefined;
  /** False: the group is what the image's account file, or else the engine, makes of the user. */
  readonly groupWritten: boolean;
  /** Numbers of further groups; undefined in place of names whose number is not known. */
  readonly groups: readonly (number | undefined)[];
  /** What is wrong with the text. */
  readonly fault?: string | undefined;
}

const LAST_ID = 2 ** 31 - 1;

/** As whom the service runs, as far as it is known. */
export function runAsOf(service: ServiceSpec, image: ImageFacts | null | undefined): RunAs {
  const groups = service.groups.map((group) => groupId(group, image));
  const own = service.user?.trim();
  if (own !== undefined && own !== "") return { ...parseUser(own, image, 0), by: "service", groups };
  const ofImage = image?.user?.trim();
  if (ofImage === undefined) {
    const nothing = { written: undefined, uid: undefined, gid: undefined, root: undefined };
    return { ...nothing, by: "unknown", groupWritten: false, groups };
  }
  if (ofImage !== "") return { ...parseUser(ofImage, image, undefined), by: "image", groups };
  return { written: undefined, by: "nobody", uid: 0, gid: 0, root: true, groupWritten: false, groups };
}

type Parsed = Omit<RunAs, "by" | "groups">;

// `rootIs`: what the name root stands for when nobody read the image's account file. A recipe's is given to the engine as 0
// (`containerPlan`); an image's own is looked up by the engine in that image, which may call any number so.
function parseUser(written: string, image: ImageFacts | null | undefined, rootIs: 0 | undefined): Parsed {
  const [user = "", group, ...more] = written.split(":");
  const uid = user === "root" && rootIs === undefined ? named(user, image?.users) : userId(user, image);
  const groupWritten = group !== undefined && group !== "";
  const gid = groupWritten ? groupId(group, image) : implicitGroup(uid, image);
  // An unknown name may stand for number 0 in an image's files.
  const nameless = user === "root" ? true : undefined;
  const root = uid === undefined ? (image?.users === undefined ? nameless : false) : uid === 0;
  const fault = faultOf(written, [uid, gid], more.length);
  return { written, uid, gid, root: fault === undefined ? root : undefined, groupWritten, fault };
}

function faultOf(written: string, ids: readonly (number | undefined)[], more: number): string | undefined {
  if (more > 0) return "has more than one colon";
  if (ids.some((id) => id !== undefined && (id < 0 || id > LAST_ID))) return `has a number outside 0 to ${LAST_ID}`;
  return /[\s\x00-\x1f\x7f]/.test(written) ? "has blanks or control characters" : undefined;
}

function userId(user: string, image: ImageFacts | null | undefined): number | undefined {
  if (user === "" || user === "root") return 0;
  return numberOf(user) ?? named(user, image?.users);
}

function named(user: string, users: ImageFacts["users"]): number | undefined {
  return users?.find(({ name }) => name === user)?.uid;
}

function groupId(group: string, image: ImageFacts | null | undefined): number | undefined {
  if (group === "root") return 0;
  return numberOf(group) ?? image?.groups?.find(({ name }) => name === group)?.gid;
}

// Engines read the number as Go does: with a sign and with zeros in front.
function numberOf(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

// Without a group, engines take the one of the image's account file, and group 0 when the user is not there.
function implicitGroup(uid: number | undefined, image: ImageFacts | null | undefined): number | undefined {
  if (uid === 0) return 0;
  if (uid === undefined || image?.users === undefined) return undefined;
  return image.users.find((user) => user.uid === uid)?.gid ?? 0;
}
