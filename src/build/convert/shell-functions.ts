// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells

// Shell functions that `%post` uses for what a Dockerfile's instructions do in one word. Each works in dash, bash and
// busybox with the usual small programs, and is written for people to read.

/** Folder of the image in which things wait for their turn; it is gone at the end of `%post`. */
export const STAGING = "/.convert";

/** Names of the functions, in the order in which they stand. */
export type ShellFunction = "copy_files" | "make_folder" | "lay_over" | "as_user";

/** The lines of the functions that are needed. */
export function functionLines(needed: ReadonlySet<ShellFunction>): readonly string[] {
  return ORDER.filter((name) => needed.has(name)).flatMap((name) => [...FUNCTIONS[name], ""]);
}

const FUNCTIONS: Readonly<Record<ShellFunction, readonly string[]>> = {
  // Entries one by one, lest the mode of a folder that is there already changes.
  copy_files: [
    "# copy_files TO FROM...: what COPY does; of a folder, its content",
    "copy_files() (",
    "    to=$1; shift",
    '    for from in "$@"; do',
    '        if [ ! -d "$from" ]; then',
    '            case $to in */) mkdir -p "$to" ;; *) mkdir -p "$(dirname "$to")" ;; esac',
    '            cp -a "$from" "$to"',
    '        elif [ ! -d "$to" ]; then',
    '            mkdir -p "$(dirname "$to")"',
    '            cp -a "$from" "${to%/}"',
    "        else",
    '            for one in "$from"/* "$from"/.[!.]* "$from"/..?*; do',
    '                if [ -e "$one" ] || [ -L "$one" ]; then cp -a "$one" "$to/"; fi',
    "            done",
    "        fi",
    "    done",
    ")",
  ],
  make_folder: [
    "# make_folder OWNER FOLDER: the folder and those above it, as far as they are missing",
    "make_folder() (",
    '    if [ -d "$2" ]; then exit; fi',
    '    make_folder "$1" "$(dirname "$2")"',
    '    mkdir "$2"',
    '    chown "$1" "$2"',
    ")",
  ],
  lay_over: [
    "# lay_over FROM AT: in the place of a mount; what is there makes room until lift_off",
    "lay_over() (",
    "    below=$1.below top=$2",
    '    while [ ! -e "$(dirname "$top")" ]; do top=$(dirname "$top"); done',
    '    mkdir -p "$(dirname "$2")"',
    '    echo "$top" > "$below.top"',
    '    if [ -e "$2" ] || [ -L "$2" ]; then mv "$2" "$below"; fi',
    '    mv "$1" "$2"',
    ")",
    "lift_off() (",
    "    below=$1.below",
    '    mv "$2" "$1"',
    '    if [ -e "$below" ] || [ -L "$below" ]; then mv "$below" "$2"; else rm -rf "$(cat "$below.top")"; fi',
    ")",
  ],
  // The user gets a name of their own for the while: `su` takes names only, and knows of no other group.
  as_user: [
    "# as_user USER[:GROUP] COMMAND: for users that are numbers, and for other groups than a user's own",
    "as_user() (",
    '    user=${1%%:*} group=${1#"${1%%:*}"}',
    '    entry=$(grep -m 1 -E "^($user|[^:]*:[^:]*:$user):" /etc/passwd || echo "::$user:0::/")',
    '    gid=$(echo "$entry" | cut -d: -f4)',
    '    if [ -n "$group" ]; then',
    "        gid=${group#:}",
    '        known=$(grep -m 1 "^$gid:" /etc/group | cut -d: -f3)',
    "        gid=${known:-$gid}",
    "    fi",
    `    mkdir -p ${STAGING}`,
    `    cp -p /etc/passwd ${STAGING}/passwd`,
    '    echo "convert:*:$(echo "$entry" | cut -d: -f3):$gid::$(echo "$entry" | cut -d: -f6):/bin/sh" >> /etc/passwd',
    '    su -s /bin/sh -c "$2" convert',
    `    cat ${STAGING}/passwd > /etc/passwd`,
    ")",
  ],
};

const ORDER: readonly ShellFunction[] = ["copy_files", "make_folder", "lay_over", "as_user"];
