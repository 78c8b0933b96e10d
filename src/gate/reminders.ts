// Whom to remind of which images (N3.4: build anew every week): those that are too old, and those with flaws that are fixed by now. Pure.

import type { SpokenVerdict } from "./verdict-text.ts";

/** An image that is in use, as far as reminders go. */
export interface RemindedImage {
  readonly system: string;
  readonly name: string;
  readonly digest: string;
  /** Undefined: nobody's in particular. */
  readonly owner: string | undefined;
  /** Seconds since 1970; of the image itself, else of its coming here. */
  readonly builtAt: number;
  readonly verdict: Pick<SpokenVerdict, "result" | "findings"> | undefined;
}

/** Why an image should be built anew. */
export interface Reminder {
  readonly system: string;
  readonly name: string;
  readonly digest: string;
  readonly days: number;
  readonly reasons: readonly string[];
}

/** The reminders of one person; no name for images that are nobody's. */
export interface OwnerReminders {
  readonly owner: string | undefined;
  readonly images: readonly Reminder[];
}

const DAY = 86_400;

/** Reminders by owner, the oldest image of each first; `limit` in seconds. */
export function remindersFor(images: readonly RemindedImage[], now: number, limit: number): readonly OwnerReminders[] {
  const owners = new Map<string | undefined, Reminder[]>();
  for (const image of images) {
    const reasons = reasonsOf(image, now, limit);
    if (reasons.length === 0) continue;
    const { system, name, digest, owner } = image;
    const days = Math.floor((now - image.builtAt) / DAY);
    owners.set(owner, [...(owners.get(owner) ?? []), { system, name, digest, days, reasons }]);
  }
  return [...owners]
    .sort(([a], [b]) => ((a ?? "\uffff") < (b ?? "\uffff") ? -1 : 1))
    .map(([owner, list]) => ({ owner, images: list.sort((a, b) => b.days - a.days) }));
}

function reasonsOf({ builtAt, verdict }: RemindedImage, now: number, limit: number): readonly string[] {
  const old = now - builtAt > limit ? [`built ${Math.floor((now - builtAt) / DAY)} days ago`] : [];
  const fixed = (verdict?.findings ?? []).filter(
    ({ rule, waived, certainty }) => FIXABLE.test(rule) && !waived && certainty !== "unknown",
  );
  return [...old, ...fixed.map(({ message }) => message)];
}

// Flaws that a newer package mends, and those that are used by attackers.
const FIXABLE = /^VUL00[14]$/;
