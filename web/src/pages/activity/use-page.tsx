// When the services of a stack were used, slept and woke.

import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { IdleTimeline, ServiceActivity, Stack } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { now } from "../../parts/clock.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { useFresh } from "../../state/fresh.ts";
import { useLoad } from "../../state/load.ts";
import { query, setQuery } from "../../state/location.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { Timeline } from "./timeline.tsx";

const HOURS = [
  ["6", "6 hours"],
  ["24", "a day"],
  ["168", "a week"],
] as const;

interface Seen {
  readonly timelines: readonly IdleTimeline[];
  readonly idle: ReadonlyMap<string, ServiceActivity["idle"]>;
}

export function UsePage({ stack }: { readonly stack: string }) {
  const hours = Number(query.value.get("hours") ?? "24") || 24;
  const loaded = useLoad((signal) => look(stack, Date.now() / 1000 - hours * 3600, signal), [stack, hours]);
  useFresh(loaded.again, stack);
  const to = now.value;
  return (
    <Page title={`Use of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <div class="bar">
        <Choice label="Shown" value={String(hours)} options={HOURS} onChange={(value) => setQuery({ hours: value })} />
      </div>
      <Loading of={loaded}>
        {({ timelines, idle }) =>
          timelines.length === 0 ? (
            <Empty>The stack has no service.</Empty>
          ) : (
            timelines.map((timeline) => (
              <Timeline
                key={timeline.service}
                timeline={timeline}
                idle={idle.get(timeline.service)}
                from={to - hours * 3600}
                to={to}
              />
            ))
          )
        }
      </Loading>
    </Page>
  );
}

async function look(name: string, since: number, signal: AbortSignal): Promise<Seen> {
  const stack = await ask<Stack>({ path: at`/v2/stacks/${name}`, signal });
  const timelines = await Promise.all(
    stack.services.map((service) =>
      ask<IdleTimeline>({
        ...{ path: at`/v2/stacks/${name}/services/${service.name}/activity`, signal },
        query: { since: Math.floor(since) },
      }),
    ),
  );
  return { timelines, idle: new Map(stack.services.map((service) => [service.name, service.idle])) };
}
