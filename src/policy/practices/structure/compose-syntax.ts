// What cannot be read of a compose file: STR019.

import type { Range } from "../../../base/source.ts";
import type { ComposeNote } from "../../../recipe/compose/types.ts";
import { practice } from "../../practice.ts";
import type { ComposeSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";

export const COMPOSE_READABLE = practice({
  id: "STR019",
  title: "A compose file can be read",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{what}",
  hint: "{advice}",
  why: "What cannot be read of a file is not checked, and Compose refuses the whole of it.",
  source: "ours",
  peers: [],
  checks: { compose: hitsOf },
  passes: [
    { shows: "a service", compose: "services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n" },
    { shows: "anchors", compose: "x-a: &a {image: 'docker.io/library/busybox:1.37.0'}\nservices:\n  web: *a\n" },
  ],
  fails: [
    { shows: "no YAML", compose: "services:\n  web: {image: 'a:1'\n  db: [\n", expect: { says: "no YAML" } },
    {
      shows: "an anchor that is its own",
      compose: "services: &a [*a]\n",
      expect: { line: 1 },
    },
    { shows: "no services", compose: "services: text\n", expect: { line: 1, says: "services is a map of keys" } },
    { shows: "nothing", compose: "name: x\n", expect: { line: 1, says: "no services" } },
    { shows: "a service that is a word", compose: "services:\n  web: x\n", expect: { line: 2, says: "web is a map" } },
    { shows: "a key that there is not", compose: "imagee: a:1\n", expect: { line: 4, says: "imagee is no key" } },
    { shows: "a key twice", compose: "user: '7'\nuser: '8'\n", expect: { line: 5, says: "user stands twice" } },
    {
      shows: "a file that is not there",
      compose: "include: [more.yaml]\nservices:\n  web: {image: 'a:1'}\n",
      expect: { certainty: "unknown", says: "more.yaml" },
    },
  ],
});

// Only an error keeps something from being read.
function hitsOf({ notes, tree, spec }: ComposeSubject): readonly Hit[] {
  if (spec !== undefined) return [];
  const errors = notes.filter(({ severity }) => severity === "error");
  // Of a file that could not be read at all, everything went unseen.
  const mistakes = tree.entries.size === 0 ? errors : errors.filter(({ refused }) => !refused);
  const [other] = errors.filter(({ refused }) => refused);
  if (mistakes.length > 0 || !other) return mistakes.map(hitOf);
  const what = `the rules of services were not asked, since berth makes no stack of it: ${other.message}`;
  return [{ case: "unknown", certainty: "unknown", fields: { what }, range: placeOf(other) }];
}

function hitOf(note: ComposeNote): Hit {
  const advice = note.hint ?? "write it as the reference of compose files has it";
  return { fields: { what: note.message, advice }, range: placeOf(note) };
}

function placeOf({ place }: ComposeNote): Range {
  return place?.range ?? { start: 0, end: 0 };
}
