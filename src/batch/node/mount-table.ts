// The mounts of a process as /proc/PID/mountinfo tells of them (proc(5)). Pure.

/** One mount. */
export interface Mount {
  /** `major:minor`. */
  readonly device: string;
  readonly path: string;
  readonly type: string;
}

/** The mounts of a text. */
export function readMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [, , device, , path, ...rest] = line.split(" ");
    const type = rest[rest.indexOf("-") + 1];
    return device === undefined || path === undefined || type === undefined
      ? []
      : [{ device, path: plain(path), type }];
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
