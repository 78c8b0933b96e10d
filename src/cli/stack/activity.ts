// `berth service activity`: whether services are in use, and when they slept and woke.

import { Command } from "commander";
import { listActivity, showTimeline } from "../../services/client/api.ts";
import type { Context } from "../context.ts";
import { shortTime } from "../gateway/call.ts";
import { table } from "../table.ts";
import { acting, ago, serviceIn } from "./call.ts";

export function activityCommand(context: Context): Command {
  const command = new Command("activity")
    .summary("show whether services are in use, and when they sleep")
    .argument("[stack/service]", "the timeline of this one; all of yours unless said");
  return acting(command, context, [], async (call, _flags, [text]) => {
    if (text !== undefined) {
      const { spans } = await showTimeline(call.server, serviceIn(text), call.options);
      const rows = spans.map(({ from, to, state, because }) => [shortTime(from), shortTime(to), state, because]);
      return call.answer(spans, () => table(["FROM", "UNTIL", "STATE", "BECAUSE"], rows));
    }
    const { items } = await listActivity(call.server, {}, call.options);
    const rows = items.map(({ stack, service, state, idle }) => {
      const stops = idle?.stopsAt === undefined ? "-" : shortTime(idle.stopsAt);
      return [`${stack}/${service}`, state, idle?.activity ?? "-", ago(idle?.lastUse), stops, idle?.because ?? "-"];
    });
    return call.answer(items, () => table(["SERVICE", "STATE", "USE", "LAST", "STOPS", "BECAUSE"], rows));
  });
}
