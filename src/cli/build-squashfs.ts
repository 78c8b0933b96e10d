// `--mksquashfs-args`: what of mksquashfs' words has a meaning here. Pure.

/** The same wishes as flags of berth's own, and the words that mean nothing here. */
export interface SquashfsWishes {
  readonly compression?: string;
  readonly level?: string;
  readonly "block-size"?: string;
  readonly ignored: readonly string[];
}

/** Words that take a value and change nothing that a reader of the image could see. */
const WITH_VALUE = new Set(["-processors", "-mem", "-Xdict-size", "-Xbcj", "-fstime", "-mkfs-time", "-all-time"]);

/** Reads the words of mksquashfs. */
export function squashfsWishes(text: string): SquashfsWishes {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const found: { compression?: string; level?: string; "block-size"?: string; ignored: string[] } = { ignored: [] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const value = words[at + 1];
    if (word === "-comp" && value !== undefined) found.compression = value;
    else if (word === "-b" && value !== undefined) found["block-size"] = value;
    else if (word === "-Xcompression-level" && value !== undefined) found.level = value;
    else {
      found.ignored.push(word);
      if (WITH_VALUE.has(word)) at += 1;
      continue;
    }
    at += 1;
  }
  return found;
}
