// Leaves a trace of what was refused: who tried to change what is not his. Once a minute for the same attempt, so that
// nobody fills the database by trying again and again.

import { BerthError, reasonOf } from "../../base/errors.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import type { ImageName, Principal } from "../types.ts";

const PAUSE = 60;
const REMEMBERED = 5000;

/** What was attempted, as the event tells it. */
export interface Attempt {
  /** As of the event when it succeeds: `acl.changed`. */
  readonly kind: string;
  readonly about?: Partial<ImageName> | undefined;
}

/** What the trace is left with. */
export interface RefusalsOptions {
  readonly catalog: Pick<GatewayCatalog, "note">;
  readonly now: () => number;
  readonly onFault?: ((reason: string) => void) | undefined;
}

/** Notes refusals. */
export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #last = new Map<string, number>();

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** Does the work; when it is refused for want of rights, that is noted before the caller hears of it. */
  async watch<T>(who: Principal | undefined, attempt: Attempt, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (who && error instanceof BerthError && error.http === 403) await this.#note(who, attempt, error);
      throw error;
    }
  }

  async #note(who: Principal, { kind, about = {} }: Attempt, error: BerthError): Promise<void> {
    const { system = null, itype = null, tag = null } = about;
    if (this.#isRepeated(JSON.stringify([who.uid, kind, system, itype, tag]))) return;
    const actor = { uid: who.uid, name: who.user };
    const event = { kind, system, itype, tag, imageId: null, actor, outcome: "refused" } as const;
    try {
      await this.#options.catalog.note({ ...event, detail: { code: error.code } });
    } catch (fault) {
      // The refusal stands whether or not it can be written down.
      this.#options.onFault?.(`a refused ${kind} of ${who.user} could not be noted: ${reasonOf(fault)}`);
    }
  }

  #isRepeated(attempt: string): boolean {
    const now = this.#options.now();
    const last = this.#last.get(attempt);
    if (last !== undefined && Math.abs(now - last) < PAUSE) return true;
    this.#last.delete(attempt);
    this.#last.set(attempt, now);
    const [oldest] = this.#last.keys();
    if (this.#last.size > REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
    return false;
  }
}
