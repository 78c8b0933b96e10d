// How files of an image look in a listing. Names come from the image: nothing in them may reach a terminal as a command.

import type { FileType, TreeStat } from "../image/squashfs-reader/index.ts";

/** One line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly stat: TreeStat;
}

const LETTERS: Readonly<Record<FileType, string>> = {
  file: "-",
  dir: "d",
  symlink: "l",
  block: "b",
  char: "c",
  fifo: "p",
  socket: "s",
};

/** A table like that of `ls -l`; times in UTC, owners as numbers, since the image has other users than the host. */
export function listing(entries: readonly ListedEntry[]): string {
  const rows = entries.map(({ name, stat }) => ({
    cells: [
      `${LETTERS[stat.type]}${modeText(stat.mode)}`,
      String(stat.nlink),
      `${stat.uid}:${stat.gid}`,
      sizeText(stat),
    ],
    rest: `${new Date(stat.mtime * 1000).toISOString().slice(0, 16).replace("T", " ")} ${shownName(name)}${arrow(stat)}`,
  }));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map(({ cells }) => (cells[column] ?? "").length)));
  return rows
    .map(({ cells, rest }) => [...cells.map((cell, column) => cell.padStart(widths[column] ?? 0)), rest].join(" "))
    .join("\n");
}

/** The same for programs; a byte that is not UTF-8 appears as the escape of a lone surrogate, U+DC80 to U+DCFF. */
export function jsonRow({ name, stat }: ListedEntry): object {
  const { type, mode, uid, gid, size, mtime, nlink, inode, target, rdev } = stat;
  const optional = { ...(target === undefined ? {} : { target }), ...(rdev === undefined ? {} : { rdev }) };
  const time = new Date(mtime * 1000).toISOString();
  return {
    name,
    type,
    mode: mode.toString(8).padStart(4, "0"),
    uid,
    gid,
    size,
    mtime: time,
    nlink,
    inode,
    ...optional,
  };
}

/** A name for the eye: control characters, and bytes that are no UTF-8, as escapes. */
export function shownName(name: string): string {
  return name.replace(/[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]/gu, (char) => {
    const code = char.charCodeAt(0);
    if (char === "\\") return "\\\\";
    return `\\x${(code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code).toString(16).padStart(2, "0")}`;
  });
}

function arrow({ target }: TreeStat): string {
  return target === undefined ? "" : ` -> ${shownName(target)}`;
}

function sizeText({ size, rdev, type }: TreeStat): string {
  if (rdev) return `${rdev.major},${rdev.minor}`;
  return type === "dir" ? "-" : String(size);
}

function modeText(mode: number): string {
  const text = [6, 3, 0].map((shift) => triple(mode >> shift)).join("");
  const special = [
    [0o4000, 2, "s"],
    [0o2000, 5, "s"],
    [0o1000, 8, "t"],
  ] as const;
  return special.reduce((letters, [bit, at, letter]) => {
    if ((mode & bit) === 0) return letters;
    const shown = letters[at] === "x" ? letter : letter.toUpperCase();
    return letters.slice(0, at) + shown + letters.slice(at + 1);
  }, text);
}

function triple(bits: number): string {
  return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
}
