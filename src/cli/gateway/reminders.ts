// `berth gateway reminders`: images that should be built anew, by owner.

import { Command } from "commander";
import { fail as usage } from "../../gate/errors.ts";
import { remindersFor } from "../../gate/reminders.ts";
import type { Image } from "../../gateway/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { table } from "../table.ts";
import { acting } from "./call.ts";
import { allImages } from "./images.ts";

const FLAGS = [
  { long: "older-than", kind: "text", value: "days", env: [], help: "days that an image may be old; 7 unless said" },
  { long: "mine", kind: "switch", env: [], help: "only your own" },
] as const satisfies readonly FlagSpec[];

const DAY = 86_400;
const WEEK = 7;

/** `berth gateway reminders`. @throws E_GATE_DAYS */
export function remindersCommand(context: Context): Command {
  const command = new Command("reminders").summary(
    "show images that are too old or have flaws that are fixed by now, by owner (all: operators)",
  );
  return acting(command, context, FLAGS, async (call, { "older-than": older, mine }) => {
    const days = older === undefined ? WEEK : /^\d{1,5}$/.test(older) ? Number(older) : Number.NaN;
    if (Number.isNaN(days)) throw usage("E_GATE_DAYS", { text: older });
    const images = await allImages(call, { match: undefined, ...(mine ? { mine } : { all: true }) });
    const ready = images.filter(({ status }) => status === "READY").map(remembered);
    const owners = remindersFor(ready, Date.now() / 1000, days * DAY);
    const rows = owners.flatMap(({ owner, images: list }) =>
      list.map(({ name, days: age, reasons }) => [owner ?? "-", `${age} d`, name, reasons.join("; ")]),
    );
    call.answer(owners, () => (rows.length === 0 ? "" : table(["OWNER", "AGE", "NAME", "WHY"], rows)));
  });
}

function remembered({ system, tags, digest, owner, createdAt, verdict }: Image) {
  const builtAt = verdict?.builtAt ?? createdAt;
  const told = verdict && { result: verdict.result, findings: verdict.findings };
  return { system, name: tags[0] ?? digest, digest, owner: owner?.user, builtAt, verdict: told };
}
