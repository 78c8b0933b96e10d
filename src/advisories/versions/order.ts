// What every way of comparing versions answers, and the small comparisons that they are made of. Knows no ecosystem.

/** -1: the first is older; 1: newer; 0: the same version. */
export type Order = -1 | 0 | 1;

/** Compares two versions; undefined when one of them is none of this kind. */
export type Comparer = (a: string, b: string) => Order | undefined;

/** Longer texts are no versions: they come from files that anybody can write. */
export const MAX_VERSION = 500;

/** Order of two values by `<`. */
export function orderOf<T extends string | number | bigint>(a: T, b: T): Order {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of two runs of digits of any length. */
export function orderOfDigits(a: string, b: string): Order {
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return left.length === right.length ? orderOf(left, right) : orderOf(left.length, right.length);
}

/** The comparer of parsed versions: `parse` answers undefined for what is none. */
export function byParts<T>(parse: (text: string) => T | undefined, compare: (a: T, b: T) => Order): Comparer {
  return (a, b) => {
    if (a.length > MAX_VERSION || b.length > MAX_VERSION) return undefined;
    const [left, right] = [parse(a), parse(b)];
    return left === undefined || right === undefined ? undefined : compare(left, right);
  };
}

/** The first difference of two lists; `fill` stands where one of them has ended. */
export function firstDifference<T>(a: readonly T[], b: readonly T[], fill: T, compare: (a: T, b: T) => Order): Order {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = compare(a[at] ?? fill, b[at] ?? fill);
    if (order !== 0) return order;
  }
  return 0;
}
