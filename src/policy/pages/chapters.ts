// The chapters of the handbook: which practices belong together, by the letters of their ids.

import type { Practice } from "../practice.ts";

const TITLES: readonly (readonly [letters: string, title: string])[] = [
  ["BAS", "Base images"],
  ["SRC", "Where images come from"],
  ["APP", "One application in a container"],
  ["PTH", "Where files go"],
  ["PKG", "Packages and downloads"],
  ["LAY", "Layers and size"],
  ["TOO", "Tools that do not belong in an image"],
  ["PRC", "Processes and signals"],
  ["SEC", "Secrets"],
  ["TAG", "Tags"],
  ["USR", "Users and owners"],
  ["ENV", "Environment"],
  ["DOC", "Documentation"],
  ["LIC", "Licences"],
  ["MNT", "Mounts"],
  ["RUN", "Running"],
  ["NET", "Networks and ports"],
  ["NAM", "Names"],
  ["REG", "Registries"],
  ["FSP", "Shared file systems"],
  ["LOG", "Logs"],
  ["VUL", "Known flaws"],
  ["SIG", "Signatures"],
  ["LOC", "Where images lie"],
  ["DAE", "Engines and daemons"],
  ["STR", "Form of recipes"],
  ["SC", "Shell"],
  ["IGN", "Comments that ignore findings"],
];

export interface Chapter {
  readonly title: string;
  readonly practices: readonly Practice[];
}

/** The chapters that have practices; what fits none comes last. */
export function chaptersOf(practices: readonly Practice[]): readonly Chapter[] {
  const known = TITLES.map(([letters, title]) => ({
    title,
    practices: practices.filter(({ id }) => id.startsWith(letters)),
  }));
  const others = practices.filter(({ id }) => !TITLES.some(([letters]) => id.startsWith(letters)));
  return [...known, { title: "Others", practices: others }].filter((chapter) => chapter.practices.length > 0);
}
