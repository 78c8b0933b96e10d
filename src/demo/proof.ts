// What a step of the demo claims and whether it held. Plain data; the command line prints it.

export interface Proof {
  /** The claim, as a statement that is true when all is well. */
  readonly claim: string;
  readonly holds: boolean;
  /** What was seen instead, when it does not hold. */
  readonly seen?: string;
}

/** One step that was done. */
export interface StepReport {
  readonly title: string;
  /** Milliseconds. */
  readonly took: number;
  /** Sizes and counts, for people. */
  readonly note: string;
  readonly proofs: readonly Proof[];
}

/** A proof by comparison of texts or numbers. */
export function equals(claim: string, seen: string | number | undefined, wanted: string | number): Proof {
  return seen === wanted ? { claim, holds: true } : { claim, holds: false, seen: `${seen}, not ${wanted}` };
}

/** A proof by a condition. */
export function holds(claim: string, condition: boolean, seen: string): Proof {
  return condition ? { claim, holds: true } : { claim, holds: false, seen };
}
