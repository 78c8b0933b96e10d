// File modes as people write them: octal digits, or changes such as `u=rwx,go-w`. Pure.

/** Reads a mode; the function says what it makes of a file's present one. Undefined when it is none. */
export function parseMode(text: string): ((mode: number, isDir: boolean) => number) | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return mode > 0o7777 ? undefined : () => mode;
  }
  const changes = text.split(",").map((part) => /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(part));
  if (!changes.every((change) => change !== null)) return undefined;
  return (mode, isDir) => changes.reduce((now, [, who = "", what = ""]) => applied(now, who, what, isDir), mode);
}

const SHIFTS: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function applied(before: number, who: string, what: string, isDir: boolean): number {
  const classes = who === "" || who.includes("a") ? ["u", "g", "o"] : [...who];
  let mode = before;
  for (const [, sign, letters = ""] of what.matchAll(/([-+=])([rwxXstugo]*)/g)) {
    let bits = 0;
    let all = 0;
    for (const name of classes) {
      bits |= classBits(name, letters, mode, isDir);
      all |= (7 << (SHIFTS[name] ?? 0)) | (name === "u" ? 0o4000 : name === "g" ? 0o2000 : 0);
    }
    if (letters.includes("t")) bits |= 0o1000;
    mode = sign === "+" ? mode | bits : sign === "-" ? mode & ~bits : (mode & ~all) | bits;
  }
  return mode & 0o7777;
}

function classBits(name: string, letters: string, mode: number, isDir: boolean): number {
  const shift = SHIFTS[name] ?? 0;
  let bits = 0;
  for (const letter of letters) {
    const from = SHIFTS[letter];
    if (from !== undefined) bits |= ((mode >> from) & 7) << shift;
    else if (letter === "r") bits |= 4 << shift;
    else if (letter === "w") bits |= 2 << shift;
    else if (letter === "x" || (letter === "X" && (isDir || (mode & 0o111) !== 0))) bits |= 1 << shift;
    else if (letter === "s") bits |= name === "u" ? 0o4000 : name === "g" ? 0o2000 : 0;
  }
  return bits;
}
