// Slows down who guesses passwords: by account and by address. In memory, bounded; pure but for its own state.

import { isIPv6 } from "node:net";
import { fail } from "./errors.ts";

/** Counts failures; somebody with too many waits. */
export interface Attempts {
  /**
   * The answer of `proof`, unless there were too many wrong ones or too many are asked at this moment: guesses that are sent all
   * at once are counted as one after the other. A proof that fails with an error counts as none. @throws E_ACCOUNTS_OFTEN
   */
  proven(from: { readonly user: string; readonly address: string }, proof: () => Promise<boolean>): Promise<boolean>;
}

const FREE = { account: 5, address: 20 };
const LONGEST_SECONDS = 300;
/** After so long without a failure all is forgotten. */
const FORGET_SECONDS = 1800;
const ENTRIES = 10_000;

interface Counted {
  readonly key: string;
  /** Failures that cost nothing. */
  readonly free: number;
}

interface Entry {
  readonly failures: number;
  readonly until: number;
  readonly forgottenAt: number;
}

/** `now` in seconds that only grow. */
export function openAttempts(now: () => number): Attempts {
  const known = new Map<string, Entry>();
  const underWay = new Map<string, number>();
  const current = (key: string) => {
    const entry = known.get(key);
    return entry && entry.forgottenAt > now() ? entry : undefined;
  };
  const check = ({ key, free: all }: Counted) => {
    const { failures = 0, until = 0 } = current(key) ?? {};
    const free = Math.max(1, all - failures);
    const wait = until > now() ? Math.ceil(until - now()) : (underWay.get(key) ?? 0) >= free ? 1 : 0;
    if (wait > 0) throw fail("E_ACCOUNTS_OFTEN", { seconds: wait });
  };
  const count = ({ key }: Counted, change: number) => {
    const left = (underWay.get(key) ?? 0) + change;
    if (left > 0) underWay.set(key, left);
    else underWay.delete(key);
  };
  const failed = ({ key, free }: Counted) => {
    const failures = (current(key)?.failures ?? 0) + 1;
    const wait = failures <= free ? 0 : Math.min(LONGEST_SECONDS, 2 ** (failures - free));
    known.delete(key);
    known.set(key, { failures, until: now() + wait, forgottenAt: now() + FORGET_SECONDS });
    const [oldest] = known.keys();
    if (known.size > ENTRIES && oldest !== undefined) known.delete(oldest);
  };
  return {
    async proven({ user, address }, proof) {
      const account = { key: accountKey(user), free: FREE.account };
      // Behind one address there may be a whole class.
      const keys = [account, { key: addressKey(address), free: FREE.address }];
      for (const key of keys) check(key);
      for (const key of keys) count(key, 1);
      try {
        const holds = await proof();
        // Of the account only: with one of his own, a guesser would be as good as new after every success.
        if (holds) known.delete(account.key);
        else for (const key of keys) failed(key);
        return holds;
      } finally {
        for (const key of keys) count(key, -1);
      }
    },
  };
}

// Directories find an account under many spellings (RFC 4518: letters of either case, blanks, marks, invisible letters), and
// each would be as many guesses more.
function accountKey(user: string): string {
  return `account ${user
    .normalize("NFKD")
    .toUpperCase()
    .replace(/[^\p{L}\p{N}\p{P}\p{S}]/gu, "")}`;
}

// Whoever has one address of IPv6 has 2^64.
function addressKey(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return `address ${address}`;
  const [before = "", behind] = address.split("::");
  const [head, tail] = [before, behind ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = behind === undefined ? 0 : 8 - (head?.length ?? 0) - (tail?.length ?? 0);
  const groups = [...(head ?? []), ...Array.from({ length: zeros }, () => "0"), ...(tail ?? [])];
  return `network ${groups.slice(0, 4).join(":")}`;
}
