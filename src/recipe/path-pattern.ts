// One pattern for paths, as `.dockerignore` and `COPY --exclude` write it: `*`, `?`, `[a-z]`, `**` and escapes, meaning
// exactly what Docker's matcher makes of them; for `%files` also bash's extended ones. Knows nothing of lists of patterns.

/** Tells whether a path (slashes, no slash at either end) matches. */
export type PathPattern = (path: string) => boolean;

type Token =
  | { readonly kind: "text"; readonly text: string }
  /** `?` and `[…]`: one character. */
  | { readonly kind: "one"; matches(char: string): boolean }
  /** `*`: any characters but slashes. */
  | { readonly kind: "star" }
  /** `**` in the middle: nothing, or anything that ends with a slash. */
  | { readonly kind: "folders" }
  /** `**` at the end: anything. */
  | { readonly kind: "rest" }
  /** `@(a|b)`, `?(…)`, `*(…)`, `+(…)` and `!(…)` (Bash manual, "Pattern Matching"). */
  | { readonly kind: "group"; readonly sign: string; readonly choices: readonly (readonly Token[])[] };

/** Makes the test of a cleaned pattern; undefined when brackets or an escape are not ended. */
export function pathPattern(pattern: string): PathPattern | undefined {
  const tokens = tokensOf(pattern, false);
  if (!tokens) return undefined;
  const [first, second, ...more] = tokens;
  if (first?.kind === "folders" && second?.kind === "text" && more.length === 0 && !pattern.includes("\\")) {
    // `**x` means every path that ends with x, although `a**x` in the middle stops at slashes: Docker's quirk.
    return endsWith(pattern.slice(2));
  }
  if (first?.kind === "text" && !second) return (path) => path === first.text;
  if (first?.kind === "text" && second?.kind === "rest" && more.length === 0) {
    // The slash of `a/**` belongs to the prefix; the folder itself does not match.
    return (path) => path.startsWith(first.text);
  }
  return (path) => reaches(path, tokens);
}

/** The same for one name, with bash's groups; a group that is not ended is text. */
export function extendedPattern(pattern: string): PathPattern | undefined {
  const tokens = tokensOf(pattern, true);
  return tokens && ((name) => reaches(name, tokens));
}

function endsWith(suffix: string): PathPattern {
  return (path) => path.endsWith(suffix) || (suffix.startsWith("/") && path === suffix.slice(1));
}

function tokensOf(pattern: string, extended: boolean): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const chars = [...pattern];
  let text = "";
  const push = (token: Token) => {
    if (text !== "") tokens.push({ kind: "text", text });
    text = "";
    tokens.push(token);
  };
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? "";
    const group = extended ? groupAt(chars, at) : undefined;
    if (group) {
      push(group.token);
      at = group.end;
    } else if (char === "*" && chars[at + 1] === "*") {
      at += chars[at + 2] === "/" ? 2 : 1;
      push({ kind: at + 1 === chars.length ? "rest" : "folders" });
    } else if (char === "*") {
      push({ kind: "star" });
    } else if (char === "?") {
      push({ kind: "one", matches: (other) => other !== "/" });
    } else if (char === "[") {
      const bracket = bracketAt(chars, at);
      if (!bracket) return undefined;
      push(bracket.token);
      at = bracket.end;
    } else if (char === "\\") {
      const next = chars[++at];
      if (next === undefined) return undefined;
      text += next;
    } else {
      text += char;
    }
  }
  if (text !== "") tokens.push({ kind: "text", text });
  return tokens;
}

// `@(a|b)`: the alternatives are patterns themselves.
function groupAt(chars: readonly string[], start: number): { readonly token: Token; readonly end: number } | undefined {
  const sign = chars[start] ?? "";
  if (!"@?*+!".includes(sign) || chars[start + 1] !== "(") return undefined;
  const choices: string[] = [""];
  let depth = 1;
  for (let at = start + 2; at < chars.length; at++) {
    const char = chars[at] ?? "";
    if (char === "(") depth++;
    if (char === ")" && --depth === 0) {
      const parsed = choices.map((choice) => tokensOf(choice, true));
      if (!parsed.every((tokens) => tokens !== undefined)) return undefined;
      return { token: { kind: "group", sign, choices: parsed }, end: at };
    }
    if (char === "|" && depth === 1) choices.push("");
    else choices[choices.length - 1] += char === "\\" ? `${char}${chars[++at] ?? ""}` : char;
  }
  return undefined;
}

// `[a-z_]` and `[^a-z]`.
function bracketAt(
  chars: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } | undefined {
  const negated = chars[start + 1] === "^";
  const ranges: (readonly [string, string])[] = [];
  let at = start + (negated ? 2 : 1);
  // A bare dash is the sign of a range and nothing else; one that is meant needs a backslash.
  const one = () => (chars[at] === "\\" ? chars[++at] : /[\]-]/.test(chars[at] ?? "") ? undefined : chars[at]);
  for (; chars[at] !== "]"; at++) {
    const low = one();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (chars[at + 1] === "-") {
      at += 2;
      high = one();
    }
    if (high === undefined || high < low) return undefined;
    ranges.push([low, high]);
  }
  if (ranges.length === 0) return undefined;
  const matches = (char: string) => ranges.some(([low, high]) => char >= low && char <= high) !== negated;
  return { token: { kind: "one", matches }, end: at };
}

// Walks the tokens with all places reached at once, so that no pattern takes longer than its length times the path's.
function reaches(path: string, tokens: readonly Token[]): boolean {
  let ends: readonly number[] = [0];
  for (const token of tokens) {
    ends = step(path, ends, token);
    if (ends.length === 0) return false;
  }
  return ends.at(-1) === path.length;
}

// `ends` ascend and differ, before and after.
function step(path: string, ends: readonly number[], token: Token): readonly number[] {
  const first = ends[0] ?? 0;
  switch (token.kind) {
    case "text":
      return ends.filter((end) => path.startsWith(token.text, end)).map((end) => end + token.text.length);
    case "one":
      return ends.flatMap((end) => {
        const char = String.fromCodePoint(path.codePointAt(end) ?? 0);
        return end < path.length && token.matches(char) ? [end + char.length] : [];
      });
    case "star":
      return spread(path, ends);
    case "folders": {
      const behind = (at: number) => at > first && path[at - 1] === "/";
      const places = Array.from({ length: path.length - first + 1 }, (_, index) => first + index);
      const own = new Set(ends);
      return places.filter((at) => own.has(at) || behind(at));
    }
    case "group":
      return choose(path, ends, token.sign, token.choices);
    case "rest":
      return Array.from({ length: path.length - first + 1 }, (_, index) => first + index);
  }
}

function choose(
  path: string,
  ends: readonly number[],
  sign: string,
  choices: readonly (readonly Token[])[],
): readonly number[] {
  const once = (from: readonly number[]) =>
    ascending(
      choices.flatMap((tokens) => tokens.reduce((at, token) => (at.length === 0 ? at : step(path, at, token)), from)),
    );
  if (sign === "!") {
    return ascending(
      ends.flatMap((end) => {
        const taken = new Set(once([end]));
        return spread(path, [end]).filter((at) => !taken.has(at));
      }),
    );
  }
  let reached = sign === "@" || sign === "+" ? once(ends) : ascending([...ends, ...once(ends)]);
  while (sign === "+" || sign === "*") {
    const more = ascending([...reached, ...once(reached)]);
    if (more.length === reached.length) break;
    reached = more;
  }
  return reached;
}

function ascending(places: readonly number[]): readonly number[] {
  return [...new Set(places)].sort((a, b) => a - b);
}

function spread(path: string, ends: readonly number[]): readonly number[] {
  const reached: number[] = [];
  for (const end of ends) {
    // A place inside the last run reaches nothing that the run has not.
    if (end <= (reached.at(-1) ?? -1)) continue;
    for (let at = end; at <= path.length; at++) {
      reached.push(at);
      if (path[at] === "/") break;
    }
  }
  return reached;
}
