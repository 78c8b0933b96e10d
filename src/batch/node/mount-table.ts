// The mounts of a process as /proc/PID/mountinfo tells of them (proc(5)). Pure.

/** One mount. */
export interface Mount {
  /** `major:minor`. */
  readonly device: string;
  readonly path: string;
  readonly type: string;
  /** What was mounted; for the layer over an image, the place of the set-up's root. */
  readonly source: string;
}

/** The mounts of a text. */
export function readMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [, , device, , path, ...rest] = line.split(" ");
    const [type, source] = rest.slice(rest.indexOf("-") + 1);
    if (device === undefined || path === undefined || type === undefined || source === undefined) return [];
    return [{ device, path: plain(path), type, source: plain(source) }];
  });
}

/** Those at a directory and below it. */
export function mountsAt<T extends Pick<Mount, "path">>(dir: string, mounts: readonly T[]): readonly T[] {
  return mounts.filter(({ path }) => path === dir || path.startsWith(`${dir}/`));
}

// What would end a word stands as three octal digits, a byte each.
function plain(path: string): string {
  if (!path.includes("\\")) return path;
  const bytes = path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
