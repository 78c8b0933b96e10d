// Images are made by recipes: SRC001.

import type { AuditedImage, HistoryEntry } from "../../../audit/types.ts";
import { practice } from "../../practice.ts";
import { type Hit, unknown } from "../../rule.ts";

export const MADE_BY_HAND = practice({
  id: "SRC001",
  title: "Images are made by recipes, not by hand",
  severity: "error",
  class: "recommended",
  certainty: "likely",
  message: "the image was changed by hand: {sign}",
  hint: "write what was done into a recipe, keep that under version control, and build the image from it",
  why: "Nobody can build it again, look at what is in it, or mend it.",
  source: "N2.2",
  peers: [],
  checks: {
    image: ({ image }) => {
      if (image.history === undefined && image.definition === undefined)
        return unknown("the image's history was not read");
      const hits = [...historyHits(image), ...definitionHits(image)];
      if (hits.length === 0 && image.history?.some(saysNothing))
        return unknown("the image's history does not say what made each layer");
      return hits;
    },
  },
  passes: [
    {
      shows: "built",
      image: {
        history: [entry("/bin/sh -c #(nop) ADD file:1 in /"), entry("RUN /bin/sh -c apt-get update # buildkit")],
        definition: undefined,
      },
    },
    {
      shows: "a debian",
      image: {
        history: [entry("# debian.sh --arch 'amd64' out/ 'trixie'", "debuerreotype 0.16")],
        definition: undefined,
      },
    },
    { shows: "no layer", image: { history: [entry("", "", true)], definition: undefined } },
    {
      shows: "a file from a definition",
      image: { history: undefined, definition: "Bootstrap: docker\nFrom: debian:13.1\n" },
    },
    { shows: "on another file", image: { history: undefined, definition: "Bootstrap: localimage\nFrom: base.sif\n" } },
  ],
  fails: [
    {
      shows: "docker commit",
      image: { history: [entry("RUN x"), entry("/bin/bash")], definition: undefined },
      expect: { says: "/bin/bash" },
    },
    { shows: "no creator", image: { history: [entry("RUN x"), entry("", "added my tools")], definition: undefined } },
    {
      shows: "a layer without a word",
      image: { history: [entry("", "")], definition: undefined },
      expect: { certainty: "unknown" },
    },
    { shows: "imported", image: { history: [entry("", "Imported from -")], definition: undefined } },
    {
      shows: "no definition in the file",
      image: { history: undefined, definition: null },
      expect: { says: "no definition" },
    },
    {
      shows: "from a sandbox",
      image: { history: undefined, definition: "bootstrap: localimage\nfrom: ./sandbox/\n" },
      expect: { says: "sandbox" },
    },
    { shows: "not read", image: { history: undefined, definition: undefined }, expect: { certainty: "unknown" } },
  ],
});

function entry(createdBy: string, comment = "", empty = false): HistoryEntry {
  return { created: "2026-11-20T00:00:00Z", createdBy, comment, empty };
}

// `docker commit` notes the container's own command: a shell that somebody sat at.
const SESSION = /^(["[]*)?(\/usr)?(\/bin\/)?(ba|z|da|a|k|c|tc)?sh( -[il]+)*(["\]]*)$/;
/** Builders that note nothing of their steps, and say so in the comment. */
const BUILDERS = /store paths|buildkit|buildah|kaniko|bazel|jib|apko|umoci|nixery|from docker\./i;

// Many builders leave it out, and so does what is put together from layers; `docker commit` notes a command or a comment.
function saysNothing({ createdBy, comment, empty }: HistoryEntry): boolean {
  return !empty && createdBy.trim() === "" && comment.trim() === "";
}

function historyHits({ history = [] }: AuditedImage): readonly Hit[] {
  const found = history.find(({ createdBy, comment, empty }) => {
    if (empty || BUILDERS.test(comment)) return false;
    return (createdBy.trim() === "" && comment.trim() !== "") || SESSION.test(createdBy.trim());
  });
  if (!found) return [];
  const what = found.createdBy.trim() || found.comment;
  return [{ fields: { sign: `a layer of its history is a session (${what})` } }];
}

function definitionHits({ definition, history, layers }: AuditedImage): readonly Hit[] {
  // Images of registries have no definition; files do.
  if (definition === undefined || (definition === null && ((history?.length ?? 0) > 0 || (layers?.length ?? 0) > 1)))
    return [];
  if (definition === null) return history === undefined ? [{ fields: { sign: "the file holds no definition" } }] : [];
  const value = (key: string) => new RegExp(`^\\s*${key}\\s*:\\s*(\\S+)`, "im").exec(definition)?.[1];
  const from = value("from");
  if (value("bootstrap")?.toLowerCase() !== "localimage" || from === undefined) return [];
  return /\.(sif|img|simg|sqsh|squashfs)$/i.test(from)
    ? []
    : [{ fields: { sign: `it was made from the sandbox ${from}` } }];
}
