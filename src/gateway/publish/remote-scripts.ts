// The commands that run on another machine: each one line for `/bin/sh`, fixed here. What changes goes in as arguments and
// never becomes part of a script. No apostrophes, so that no login shell can misread the quoting.

/** Exit statuses of the scripts, out of the way of those that programs use. */
export const STATUS = { damaged: 70, unwritable: 71, full: 72, absent: 73 } as const;

const { damaged, unwritable, full, absent } = STATUS;

// scp does not say that a disk is full.
const FREE = 'a=$(df -Pk "$2" | tail -n 1 | awk "{print \\$4}")';

/** Makes an empty file and prints its name. $1: template, $2: folder, $3: KiB to come. */
export const BEGIN = lines(
  "umask 077",
  `p=$(mktemp "$1") || exit ${unwritable}`,
  FREE,
  `[ "0$a" -ge "$3" ] || { rm -f "$p"; exit ${full}; }`,
  'echo "$p"',
);

/** Removes a file ($1) whose copy failed, and says whether the folder $2 is full. */
export const GIVE_UP = lines(FREE, 'rm -f "$1"', `[ "0$a" -ge 1024 ] || exit ${full}`);

const HASH = 'h() { "$1" < "$2" | cut -d " " -f 1; }';
const SYNC = 'f() { sync "$@" 2>/dev/null || sync; }';

/** Instead of a mode: the image's stays as it is. */
export const KEEP = "keep";

// First of the arguments is the mode of all files. Two notes, $1 and $4, are to be renamed from "$a" and "$b": the input is
// both texts, the first of $2 bytes, and may end early when the connection breaks; $3 and $5 are their SHA-256.
const MODE = "m=$1; shift";
const NOTES = lines(
  "umask 077",
  `a=$(mktemp "$1.partial.XXXXXX") || exit ${unwritable}`,
  'trap "rm -f \\"\\$a\\" \\"\\$b\\"" EXIT HUP INT TERM',
  `b=$(mktemp "$4.partial.XXXXXX") || exit ${unwritable}`,
  `head -c "$2" > "$a" && cat > "$b" && chmod "$m" "$a" "$b" || exit ${full}`,
  `[ "$(h sha256sum "$a")" = "$3" ] && [ "$(h sha256sum "$b")" = "$5" ] || exit ${damaged}`,
  'f "$a" "$b"',
);

/** Checks an arrived file ($6, to become $7; $8: hash program, $9: what it has to say) and shows it between two notes. */
export const SHOW = lines(
  MODE,
  HASH,
  SYNC,
  `chmod "$m" "$6" && s=$(h "$8" "$6") || exit ${damaged}`,
  `[ "$s" = "$9" ] || { echo "its digest is $s" >&2; exit ${damaged}; }`,
  'f "$6"',
  NOTES,
  'mv -f "$a" "$1" && mv -f "$6" "$7" && mv -f "$b" "$4" && f "$(dirname "$1")"',
);

/** Replaces two notes if the file $6 is there. */
export const REWRITE = lines(
  MODE,
  `[ -f "$6" ] || exit ${absent}`,
  `if [ "$m" = ${KEEP} ]; then m=600; else chmod "$m" "$6" || exit ${unwritable}; fi`,
  HASH,
  SYNC,
  NOTES,
  'mv -f "$a" "$1" && mv -f "$b" "$4" && f "$(dirname "$1")"',
);

/** Prints a file. */
export const READ = lines(`[ -e "$1" ] || exit ${absent}`, 'cat "$1"');

/** Ends well when all files are there. */
export const HAS = lines(`for n; do [ -f "$n" ] || exit ${absent}; done`);

/** Removes files in this order. */
export const REMOVE = 'rm -f -- "$@"';

/** Prints the clock there, then size, time and name of each file of a folder, with zero bytes between. */
export const LIST = lines(
  `cd "$1" || exit ${unwritable}`,
  "date +%s",
  'find . -maxdepth 1 -type f -printf "%s %T@ %f\\0"',
);

function lines(...parts: readonly string[]): string {
  return parts.join("; ");
}
