// Globs of paths and user agents that neither wake a service nor keep it awake. Not by regular expressions: the globs are
// users', the texts strangers', and together they could make a search that never ends. Pure.

/** True when one of them fits. `*` is any text, `?` one character. */
export type Matcher = (text: string) => boolean;

/** One matcher of many globs. */
export function matchAny(globs: readonly string[], ignoreCase: boolean): Matcher {
  if (globs.length === 0) return () => false;
  if (!ignoreCase) return (text) => globs.some((glob) => fits(glob, text));
  const lower = globs.map((glob) => glob.toLowerCase());
  return (text) => {
    const small = text.toLowerCase();
    return lower.some((glob) => fits(glob, small));
  };
}

// On a mismatch only the last star takes one character more: the stars before it never need to.
function fits(glob: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < text.length; ) {
    if (glob[at] === "*") {
      star = at++;
      resume = index;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (glob[at] === "*") at++;
  return at === glob.length;
}
