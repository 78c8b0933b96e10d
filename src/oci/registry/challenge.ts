// Reads WWW-Authenticate (RFC 9110 11.6.1): a list of challenges, each a scheme with parameters, where commas
// separate both. Registries' headers are strangers' text: bounded, and unreadable rests are dropped.

/** One challenge; `scheme` and the names of parameters are lower-case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const MAX_HEADER = 16 * 1024;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const SPACE = /[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/** All challenges that can be read, in the order of the header. */
export function parseChallenges(header: string): readonly Challenge[] {
  const scan = scanner(header.slice(0, MAX_HEADER));
  const challenges: Challenge[] = [];
  for (;;) {
    scan.separators();
    const scheme = scan.take(TOKEN);
    if (scheme === undefined) return challenges;
    challenges.push({ scheme: scheme.toLowerCase(), parameters: parseParameters(scan) });
  }
}

type Scanner = ReturnType<typeof scanner>;

function scanner(text: string) {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) return undefined;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  return {
    take,
    skip: () => void take(SPACE),
    separators: () => void take(/[ \t,]*/y),
    position: () => at,
    back: (to: number) => {
      at = to;
    },
    literal: (character: string): boolean => {
      if (text[at] !== character) return false;
      at += 1;
      return true;
    },
  };
}

function parseParameters(scan: Scanner): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  scan.skip();
  for (;;) {
    const start = scan.position();
    scan.separators();
    const name = scan.take(TOKEN);
    scan.skip();
    if (name === undefined || !scan.literal("=")) {
      scan.back(start);
      // A bare token68 (as Negotiate sends) belongs to the scheme just read; nothing here needs it.
      if (found.size === 0) scan.take(TOKEN68);
      return Object.fromEntries(found);
    }
    scan.skip();
    const quoted = scan.take(QUOTED);
    const value = quoted === undefined ? scan.take(TOKEN) : quoted.replace(/\\(.)/g, "$1");
    if (value === undefined) return Object.fromEntries(found);
    // The first one counts: a repeated name is an error of the sender (RFC 9110 11.2).
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), value);
    scan.skip();
  }
}
