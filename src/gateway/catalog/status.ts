// A step in the life of an image, with its event.

import type { Status } from "../types.ts";
import type { Change } from "./changes.ts";
import { note } from "./events.ts";

const KINDS: Readonly<Partial<Record<Status, string>>> = {
  READY: "image.released",
  QUARANTINED: "image.quarantined",
  EXPIRING: "image.expiring",
  EXPIRED: "image.removed",
};

/** Sets the status of an image; nothing happens to one that is not there. */
export async function noteStatus(
  { trx, touch }: Change,
  step: { readonly key: number; readonly status: Status; readonly message: string },
  now: number,
): Promise<void> {
  const image = await trx
    .updateTable("images")
    // Whatever time it had left, it is over.
    .set({ status: step.status, status_message: step.message, ...(step.status === "EXPIRED" ? { expires: now } : {}) })
    .where("key", "=", step.key)
    .returning(["system", "id", "itype"])
    .executeTakeFirst();
  if (!image) return;
  touch(step.key);
  const kind = KINDS[step.status] ?? "image.changed";
  const { system, id, itype } = image;
  const detail = step.message ? { status: step.status, reason: step.message } : { status: step.status };
  const event = { kind, system, itype, imageId: id, actor: { uid: null, user: "berth" } } as const;
  await note(trx, now, { ...event, outcome: "done", detail });
}
