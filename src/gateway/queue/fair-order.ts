// Whose turn it is. Pure: who waits and who is at work in, the order out. Turns go round by user, not by request, so that
// a hundred pulls of one person do not keep the others waiting.

/** Somebody's request that waits; `uid` null stands for everybody who came without a name. */
export interface Waiting {
  readonly id: string;
  readonly uid: number | null;
  readonly createdAt: number;
}

/** What a user has had so far. */
export interface UserLoad {
  /** Jobs under way on all servers. */
  readonly underWay: number;
  /** When the last one began; 0: not within memory. */
  readonly lastStart: number;
}

/** Loads by user. */
export type Loads = ReadonlyMap<number | null, UserLoad>;

const NOTHING: UserLoad = { underWay: 0, lastStart: 0 };

/** The load of a user, also of one who has none. */
export function loadOf(loads: Loads, uid: number | null): UserLoad {
  return loads.get(uid) ?? NOTHING;
}

interface Turn extends Waiting {
  /** Jobs that the user will have under way before this one. */
  readonly round: number;
  /** 0: the user's next one; its wait is known. */
  readonly later: 0 | 1;
  readonly waitsSince: number;
}

/**
 * The order of work: the users with the fewest jobs under way first, among them the one who has waited longest since his
 * request or his last start; a user's own requests in the order they came. If no job ended, this is exactly what follows.
 */
export function fairOrder(waiting: readonly Waiting[], loads: Loads): readonly Waiting[] {
  const seen = new Map<number | null, number>();
  const turns = [...waiting].sort(byAge).map((request): Turn => {
    const before = seen.get(request.uid) ?? 0;
    seen.set(request.uid, before + 1);
    const { underWay, lastStart } = loadOf(loads, request.uid);
    const waitsSince = Math.max(lastStart, request.createdAt);
    return { ...request, round: underWay + before, later: before === 0 ? 0 : 1, waitsSince };
  });
  return turns.sort(
    (a, b) => a.round - b.round || a.later - b.later || a.waitsSince - b.waitsSince || byUser(a, b) || byAge(a, b),
  );
}

/** A user who waits: with something to do now, or only after a pause. */
export interface WaitingUser {
  readonly uid: number | null;
  /** His oldest request that can be worked on now; undefined: all of them pause. */
  readonly first: { readonly createdAt: number } | undefined;
}

/**
 * The users from whom the next job may be taken, in order. Who has `perUser` under way gets nothing as long as somebody
 * with fewer waits, even if only for the end of a pause.
 */
export function nextUsers(users: readonly WaitingUser[], loads: Loads, perUser: number): readonly (number | null)[] {
  const below = (uid: number | null) => loadOf(loads, uid).underWay < perUser;
  const reserved = users.some(({ uid }) => below(uid));
  const ready = users.flatMap(({ uid, first }) =>
    first && (below(uid) || !reserved) ? [{ id: "", uid, ...first }] : [],
  );
  return fairOrder(ready, loads).map(({ uid }) => uid);
}

// Only so that an order of equals is the same wherever it is made.
function byUser(a: Waiting, b: Waiting): number {
  return (a.uid ?? -1) - (b.uid ?? -1);
}

function byAge(a: Waiting, b: Waiting): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
