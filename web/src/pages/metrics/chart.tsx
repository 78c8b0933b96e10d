// A chart with its newest values in words, which is what is read aloud.

import { useEffect, useRef } from "preact/hooks";
import { theme } from "../../state/theme.ts";
import type { Plot } from "./plot.ts";
import { newest, type Series } from "./series.ts";

interface Props {
  readonly title: string;
  readonly series: Series;
  readonly words: (value: number) => string;
}

export function Chart({ title, series, words }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const latest = useRef(series);
  latest.current = series;
  // Lines come and go with services, and colours with the theme: then it is drawn anew.
  const shape = `${series.services.join(" ")} ${theme.value}`;
  useEffect(() => {
    let gone = false;
    void import("./plot.ts").then(
      ({ openPlot }) => {
        if (!gone && place.current) plot.current = openPlot(place.current, latest.current, words);
      },
      () => {},
    );
    return () => {
      gone = true;
      plot.current?.dispose();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.show(series), [series]);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} class="plot" aria-hidden="true" />
      <ul class="legend">
        {newest(series).map(([service, value], index) => (
          <li key={service}>
            <span class={`line-key line-${(index % 6) + 1}`} aria-hidden="true" />
            {service} <strong>{value === undefined ? "unknown" : words(value)}</strong>
          </li>
        ))}
      </ul>
    </figure>
  );
}
