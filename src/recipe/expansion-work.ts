// What putting in the values of variables may cost: `A=$A$A`, written thirty times, is more text than any machine has. One of these
// goes through a whole recipe or script; when it is used up, what depends on variables is not known any more.

/** What is left, in characters. */
export interface ExpansionWork {
  left: number;
}

/** Far more than the values of any recipe that people write. */
const MOST_WORK = 4_194_304;

/** A recipe's or a script's own. */
export function expansionWork(): ExpansionWork {
  return { left: MOST_WORK };
}

/** Takes a cost off; false: nothing is left. */
export function afford(work: ExpansionWork, cost: number): boolean {
  work.left -= cost;
  return work.left >= 0;
}
