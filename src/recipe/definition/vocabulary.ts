// The words of a definition file: header keys and sections (spec/apptainer.md section 3).

/** Keys of headers; `otherurl` with a number is one too. */
export const HEADER_KEYS: readonly string[] = [
  ...["bootstrap", "from", "includecmd", "mirrorurl", "updateurl", "osversion", "include", "library", "registry"],
  ...["namespace", "stage", "product", "user", "regcode", "productpgp", "registerurl", "modules", "fingerprints"],
  ...["confurl", "setopt", "target", "frontend", "filename", "buildargs"],
];

/** Sections that hold a script. */
export const SCRIPT_SECTIONS: readonly string[] = [
  ...["setup", "pre", "post", "runscript", "test", "startscript", "environment"],
  ...["appinstall", "apprun", "appstart", "apptest", "appenv"],
];

/** Sections whose first line names an app. */
export const APP_SECTIONS: readonly string[] = [
  ...["appinstall", "applabels", "appfiles", "appenv", "apptest", "apphelp", "apprun", "appstart"],
];

/** Names of all sections. */
export const SECTIONS: readonly string[] = [
  ...new Set([...SCRIPT_SECTIONS, ...APP_SECTIONS, "help", "files", "labels", "arguments"]),
];

/** True for a key that a header line may have; in lower case. */
export function isHeaderKey(key: string): boolean {
  return HEADER_KEYS.includes(key) || /^otherurl\d+$/.test(key);
}

/** True for the name of a section; in lower case. */
export function isSectionName(name: string): boolean {
  return SECTIONS.includes(name);
}
