// Who may read which repository: what the registry itself said, remembered for a short time. Public is what it opens to
// nobody in particular; a login is tried only where that was refused, and only at the registry that refused.

import { BerthError } from "../../base/errors.ts";
import type { Reference } from "../../oci/reference.ts";
import { type Caller, NOBODY } from "./caller.ts";
import { fail } from "./errors.ts";
import { repositoryKey } from "./mirror-route.ts";
import { Recent } from "./recent.ts";

/** Verdicts of registries. */
export interface Access {
  /** As whom the registry has lately let this caller in: as nobody, or by the login; undefined: it is to be asked. */
  letIn(reference: Reference, caller: Caller): Caller | undefined;
  /** True when the last verdict about everybody was good, however old: for what is read while the registry is away. */
  wasPublic(reference: Reference): boolean;
  /** Takes a repository for one that was public, as records from before a restart say. */
  presumePublic(reference: Reference): void;
  /** Asks as nobody, and where that is refused as the caller; remembers who was let in. @throws E_MIRROR_LOGIN, E_MIRROR_REFUSED */
  reader<T>(reference: Reference, caller: Caller, ask: (as: Caller) => Promise<T>): Promise<Read<T>>;
}

/** An answer, and whom it was given to. */
export interface Read<T> {
  readonly value: T;
  readonly as: Caller;
}

type Verdict = { readonly open: boolean; readonly until: number };

const VERDICTS = 20_000;
// A password that was just changed should not be refused for long.
const REFUSED_FOR = 30;

/** A fresh memory; `now` and `life` (of a verdict) in seconds. */
export function accessMemory(now: () => number, life: number): Access {
  const verdicts = new Recent<Verdict>(VERDICTS);
  const keyOf = (reference: Reference, caller: Caller) => `${repositoryKey(reference)} ${caller.key}`;
  const verdict = (reference: Reference, caller: Caller): boolean | undefined => {
    const found = verdicts.get(keyOf(reference, caller));
    return found === undefined || found.until <= now() ? undefined : found.open;
  };
  const note = (reference: Reference, caller: Caller, open: boolean) => {
    const until = now() + (open ? life : Math.min(life, REFUSED_FOR));
    verdicts.set(keyOf(reference, caller), { open, until });
  };
  const asking = async <T>(reference: Reference, as: Caller, ask: (as: Caller) => Promise<T>): Promise<Read<T>> => {
    try {
      const value = await ask(as);
      note(reference, as, true);
      return { value, as };
    } catch (error) {
      if (refused(error)) note(reference, as, false);
      throw error;
    }
  };
  return {
    letIn: (reference, caller) => [NOBODY, caller].find((as) => verdict(reference, as) === true),
    wasPublic: (reference) => verdicts.get(keyOf(reference, NOBODY))?.open === true,
    presumePublic(reference) {
      const key = keyOf(reference, NOBODY);
      if (verdicts.get(key) === undefined) verdicts.set(key, { open: true, until: now() });
    },
    async reader(reference, caller, ask) {
      const names = { host: reference.registry, name: reference.repository };
      if (verdict(reference, NOBODY) !== false) {
        try {
          return await asking(reference, NOBODY, ask);
        } catch (error) {
          // Some registries call what is private unknown.
          const closed = refused(error) || (caller.key !== "" && unknown(error));
          if (!closed) throw error;
        }
      }
      if (caller.key === "") throw fail("E_MIRROR_LOGIN", names);
      if (verdict(reference, caller) === false) throw fail("E_MIRROR_REFUSED", names);
      try {
        return await asking(reference, caller, ask);
      } catch (error) {
        throw refused(error) ? fail("E_MIRROR_REFUSED", names, { cause: error }) : error;
      }
    },
  };
}

function refused(error: unknown): boolean {
  return error instanceof BerthError && (error.http === 401 || error.http === 403);
}

function unknown(error: unknown): boolean {
  return error instanceof BerthError && error.http === 404;
}
