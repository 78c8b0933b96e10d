// What the demo's layers put, replace and delete, and the program that looks from inside whether the merge came out
// right. It needs no more than Debian's python3-minimal.

import type { Edit } from "./tree-edit.ts";

/** Comes with the Python layer. */
export const BELOW: readonly Edit[] = [
  { op: "file", path: "opt/demo/deleted.txt", text: "must not be seen\n" },
  { op: "file", path: "opt/demo/replaced.txt", text: "old\n" },
  { op: "link", path: "opt/demo/kept-link.txt", to: "opt/demo/replaced.txt" },
  { op: "file", path: "opt/demo/box/old-1", text: "must not be seen\n" },
  { op: "file", path: "opt/demo/box/old-2", text: "must not be seen\n" },
  { op: "file", path: "opt/demo/kind", text: "a file, soon a folder\n" },
];

const PROOF = `import os, sys

def content(path):
    with open(path) as file:
        return file.read().strip()

def refused(path):
    try:
        with open(path, "w"):
            return "written"
    except OSError as error:
        return os.strerror(error.errno)

def status(key):
    for line in open("/proc/self/status"):
        if line.startswith(key + ":"):
            return line.split(":", 1)[1].split()[0]

box = "/opt/demo/box"
answers = {
    "python": ".".join(map(str, sys.version_info[:3])),
    "uid": os.getuid(),
    "deleted": any(map(os.path.lexists, ("/opt/demo/deleted.txt", "/etc/issue.net"))),
    "replaced": content("/opt/demo/replaced.txt"),
    "issue": content("/etc/issue"),
    "kept-link": content("/opt/demo/kept-link.txt"),
    "box": ",".join(sorted(os.listdir(box))),
    "same-inode": os.stat(box + "/one").st_ino == os.stat(box + "/two").st_ino,
    "kind": content("/opt/demo/kind/inside"),
    "write": refused("/opt/demo/replaced.txt"),
    "create": refused("/usr/new-file"),
    "word": os.environ.get("DEMO_WORD"),
    "capabilities": status("CapEff"),
    "no-new-privileges": status("NoNewPrivs"),
}
for key, value in answers.items():
    print(key, value, sep="=")
`;

/** The top layer: whiteouts, an opaque folder, a file that becomes a folder, hard links. */
export const ABOVE: readonly Edit[] = [
  { op: "remove", path: "opt/demo/deleted.txt" },
  { op: "remove", path: "etc/issue.net" },
  { op: "file", path: "etc/issue", text: "replaced by the top layer\n" },
  { op: "file", path: "opt/demo/replaced.txt", text: "new\n" },
  { op: "remove", path: "opt/demo/box/old-1" },
  { op: "remove", path: "opt/demo/box/old-2" },
  { op: "file", path: "opt/demo/box/one", text: "one of two names\n" },
  { op: "link", path: "opt/demo/box/two", to: "opt/demo/box/one" },
  { op: "remove", path: "opt/demo/kind" },
  { op: "file", path: "opt/demo/kind/inside", text: "a folder now\n" },
  { op: "file", path: "opt/demo/proof.py", text: PROOF, mode: 0o755 },
];
