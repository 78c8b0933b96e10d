// A service's use as a band, whose height and pattern say the state, and as a list for everybody.

import type { IdleSpan, IdleState, IdleTimeline } from "../../api/types.ts";
import { State } from "../../parts/state.tsx";
import { Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { moment, span as spanText } from "../../words/amounts.ts";
import { shownActivity } from "../../words/states.ts";
import { IdleNote } from "../stack/idle-note.tsx";
import { barsOf, totals } from "./bars.ts";

interface Props {
  readonly timeline: IdleTimeline;
  readonly idle: IdleState | undefined;
  readonly from: number;
  readonly to: number;
}

export function Timeline({ timeline: { service, spans }, idle, from, to }: Props) {
  const bars = barsOf(spans, from, to);
  return (
    <section class="timeline" aria-labelledby={`use-${service}`}>
      <header>
        <h2 id={`use-${service}`}>{service}</h2>
        {idle && <IdleNote idle={idle} />}
      </header>
      {bars.length === 0 ? (
        <p class="quiet-note">Nothing is known of this time.</p>
      ) : (
        <>
          <div class="band" aria-hidden="true">
            {bars.map(({ span, left, width }) => (
              <span
                key={span.from}
                class={`band-bar ${span.state}`}
                style={{ "--left": `${left}%`, "--width": `${width}%` }}
                title={`${shownActivity(span.state).label}, ${moment(Math.max(span.from, from))}: ${span.because}`}
              />
            ))}
          </div>
          <p class="band-ends" aria-hidden="true">
            <span>{moment(from).slice(0, 16)}</span>
            <span>now</span>
          </p>
          <ul class="legend">
            {[...totals(bars, from, to)].map(([state, seconds]) => (
              <li key={state}>
                <span class={`band-key ${state}`} aria-hidden="true" />
                {shownActivity(state).label} <span class="quiet-note">{spanText(seconds)}</span>
              </li>
            ))}
          </ul>
          <details class="more">
            <summary>As a list</summary>
            <Spans service={service} spans={bars.map(({ span }) => span).reverse()} />
          </details>
        </>
      )}
    </section>
  );
}

function Spans({ service, spans }: { readonly service: string; readonly spans: readonly IdleSpan[] }) {
  return (
    <Table
      caption={`Use of ${service}`}
      rows={spans}
      keyOf={({ from }) => from}
      columns={[
        { head: "From", cell: ({ from }) => <Time at={from} exact />, rowHead: true },
        { head: "For", cell: ({ from, to }) => (to === undefined ? "until now" : spanText(to - from)) },
        { head: "State", cell: ({ state }) => <State shown={shownActivity(state)} /> },
        { head: "Because", cell: ({ because }) => because },
      ]}
    />
  );
}
