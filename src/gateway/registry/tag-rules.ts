// Which tags stay what they are and which may move. Pure.

/** What the owners of a namespace say of tags. */
export interface TagRule {
  /** With `*` and `?`, or the word `semver` for `1.2.3`, `v1.2.3`, `1.2.3-rc.1`. */
  readonly pattern: string;
  readonly kind: "immutable" | "moving";
  /** For this repository only, named below the namespace; undefined: for all of it. */
  readonly repository?: string | undefined;
}

/** Rules of a place. */
export interface PlacedRules {
  /** The namespace's name; empty: the site's own rules. */
  readonly place: string;
  readonly rules: readonly TagRule[];
}

/** The rule that makes a tag immutable. */
export interface ImmutableBy {
  readonly pattern: string;
  readonly place: string;
}

// Without build metadata: a tag has no plus sign.
const SEMVER = /^v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * Why the tag must not be moved; undefined: it may. A repository's rules come before its namespace's, those before the
 * site's; at the same place a named moving tag is an exception of an immutable pattern. A tag without a rule moves.
 */
export function immutableBy(
  repository: string,
  tag: string,
  site: readonly TagRule[],
  namespace: PlacedRules | undefined,
): ImmutableBy | undefined {
  const own = namespace?.rules ?? [];
  const places: readonly PlacedRules[] = [
    { place: repository, rules: own.filter((rule) => repository === `${namespace?.place}/${rule.repository}`) },
    { place: namespace?.place ?? "", rules: own.filter((rule) => rule.repository === undefined) },
    { place: "the site", rules: site },
  ];
  for (const { place, rules } of places) {
    const matching = rules.filter((rule) => matches(rule.pattern, tag));
    if (matching.some((rule) => rule.kind === "moving")) return undefined;
    const [first] = matching;
    if (first) return { pattern: first.pattern, place };
  }
  return undefined;
}

/** True when the pattern covers the tag. */
export function matches(pattern: string, tag: string): boolean {
  return pattern === "semver" ? SEMVER.test(tag) : covers(pattern, tag);
}

// By hand rather than as a regular expression, which takes for ever over a pattern of many stars: here the last star
// takes one more letter whenever what follows it does not fit, and those before it never need to.
function covers(pattern: string, tag: string): boolean {
  let [at, star, taken] = [0, -1, 0];
  for (let letter = 0; letter < tag.length; ) {
    if (pattern[at] === "*") {
      star = at;
      taken = letter;
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === tag[letter]) {
      at += 1;
      letter += 1;
    } else if (star >= 0) {
      taken += 1;
      letter = taken;
      at = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
