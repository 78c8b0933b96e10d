// Lists that many images have in common (the environment of a base image, its entry point), parsed once and held once.
// Knows nothing of images.

/** Texts that are remembered; those of a site's base images are fewer. */
const KEPT = 2000;
/** A longer text is one image's own. */
const LONGEST = 4096;

/** The empty list, for all who have nothing. */
export const NONE: readonly never[] = Object.freeze([]);

const kept = new Map<string, readonly string[]>();

/** The list of texts that the JSON says, to be read only; the same object as for the same text before, mostly. */
export function listOfJson(json: string): readonly string[] {
  const known = kept.get(json);
  if (known) return known;
  const list = JSON.parse(json) as readonly string[];
  if (list.length === 0) return NONE;
  if (json.length > LONGEST) return list;
  // Whoever holds a list keeps it: starting anew costs a few parsed twice.
  if (kept.size >= KEPT) kept.clear();
  kept.set(json, Object.freeze(list));
  return list;
}
