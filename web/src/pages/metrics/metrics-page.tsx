// What the services of a stack consume.

import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { UsageList } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { useAgainEvery } from "../../state/again-every.ts";
import { useLoad } from "../../state/load.ts";
import { query, setQuery } from "../../state/location.ts";
import { bytes } from "../../words/amounts.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { Chart } from "./chart.tsx";
import { type Measure, seriesOf } from "./series.ts";

const MINUTES = [
  ["15", "15 minutes"],
  ["60", "an hour"],
  ["1440", "a day"],
] as const;

const cpus = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)}`;
const CHARTS: readonly (readonly [Measure, string, (value: number) => string])[] = [
  ["cpu", "CPUs", cpus],
  ["memory", "Memory", bytes],
  ["received", "Received a second", bytes],
  ["sent", "Sent a second", bytes],
];

export function MetricsPage({ stack }: { readonly stack: string }) {
  const minutes = Number(query.value.get("minutes") ?? "60") || 60;
  const loaded = useLoad(
    (signal) =>
      ask<UsageList>({
        ...{ path: at`/v2/stacks/${stack}/usage`, signal },
        query: { since: Math.floor(Date.now() / 1000) - minutes * 60 },
      }),
    [stack, minutes],
  );
  useAgainEvery(15_000, loaded.again);
  return (
    <Page title={`Metrics of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <div class="bar">
        <Choice
          label="Shown"
          value={String(minutes)}
          options={MINUTES}
          onChange={(value) => setQuery({ minutes: value })}
        />
      </div>
      <Loading of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>Nothing was measured in this time.</Empty>
          ) : (
            <div class="charts">
              {CHARTS.map(([measure, title, words]) => (
                <Chart key={measure} title={title} series={seriesOf(items, measure)} words={words} />
              ))}
            </div>
          )
        }
      </Loading>
    </Page>
  );
}
