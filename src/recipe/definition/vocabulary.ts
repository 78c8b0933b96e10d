// The words of a definition file: header keys and sections (spec/apptainer.md section 3).

const HEADER_KEYS = new Set([
  ...["bootstrap", "from", "includecmd", "mirrorurl", "updateurl", "osversion", "include", "library", "registry"],
  ...["namespace", "stage", "product", "user", "regcode", "productpgp", "registerurl", "modules", "fingerprints"],
  ...["confurl", "setopt", "target", "frontend", "filename", "buildargs"],
]);

/** Sections that hold a script. */
export const SCRIPT_SECTIONS: readonly string[] = [
  ...["setup", "pre", "post", "runscript", "test", "startscript", "environment"],
  ...["appinstall", "apprun", "appstart", "apptest", "appenv"],
];

/** Sections whose first line names an app. */
export const APP_SECTIONS: readonly string[] = [
  ...["appinstall", "applabels", "appfiles", "appenv", "apptest", "apphelp", "apprun", "appstart"],
];

const SECTIONS = new Set([...SCRIPT_SECTIONS, ...APP_SECTIONS, "help", "files", "labels", "arguments"]);

/** True for a key that a header line may have; in lower case. */
export function isHeaderKey(key: string): boolean {
  return HEADER_KEYS.has(key) || /^otherurl\d+$/.test(key);
}

/** True for the name of a section; in lower case. */
export function isSectionName(name: string): boolean {
  return SECTIONS.has(name);
}

/** The known word that was probably meant; undefined when none is near. */
export function nearestWord(word: string, kind: "header" | "section"): string | undefined {
  const words = [...(kind === "header" ? HEADER_KEYS : SECTIONS)];
  const near = words
    .map((known) => ({ known, distance: distance(word.slice(0, 32), known) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= 2 && near.distance < word.length ? near.known : undefined;
}

// Levenshtein's distance.
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
