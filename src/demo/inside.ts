// Reads what the demo's program printed inside the container, and proves by it that image and container are right. Pure.

import { equals, holds, type Proof } from "./proof.ts";

/** The proofs from the `key=value` lines of proof.py; `uid` is who started it. */
export function insideProofs(printed: string, uid: number): readonly Proof[] {
  const said = new Map(printed.split("\n").map((line) => splitOnce(line)));
  const get = (key: string): string => said.get(key) ?? "nothing";
  return [
    holds(`python ${get("python")} runs`, /^3\.\d+\.\d+$/.test(get("python")), printed.slice(0, 200)),
    equals("deleted files are gone", get("deleted"), "False"),
    equals("a replaced file has its new content", get("replaced"), "new"),
    equals("a file of Debian's own package is replaced", get("issue"), "replaced by the top layer"),
    equals("a hard link keeps the content that its other name lost", get("kept-link"), "old"),
    equals("a replaced folder shows only the new files", get("box"), "one,two"),
    equals("hard links of one file are one file", get("same-inode"), "True"),
    equals("a file became a folder", get("kind"), "a folder now"),
    equals("quotes and dollars of the environment arrive unchanged", get("word"), "quoted 'and' $unexpanded"),
    holds("writing to the image is refused", isRefusal(get("write")), get("write")),
    holds("making files in the image is refused", isRefusal(get("create")), get("create")),
    equals("the program runs as the user who started it", get("uid"), String(uid)),
    holds("without any capability", /^0+$/.test(get("capabilities")), get("capabilities")),
    equals("and without a way to gain one", get("no-new-privileges"), "1"),
  ];
}

// Root of the image's files is read-only; where it is not, the permissions of the files refuse.
function isRefusal(answer: string): boolean {
  return answer === "Read-only file system" || answer === "Permission denied";
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)];
}
