// Draws lines over time. Loaded when somebody looks at metrics.

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import { moment } from "../../words/amounts.ts";
import type { Series } from "./series.ts";

/** A chart in the page. */
export interface Plot {
  readonly show: (series: Series) => void;
  readonly dispose: () => void;
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
const HEIGHT = 200;
/** Powers of two: they are round as bytes, and as parts of a CPU. */
const STEPS = Array.from({ length: 60 }, (_, power) => 2 ** (power - 8));

/** Draws into the element. Colours are the page's; lines differ in their dashes, too. */
export function openPlot(place: HTMLElement, first: Series, words: (value: number) => string): Plot {
  const colour = (name: string) => colourOf(place, name);
  const axis = {
    stroke: colour("--ink-2"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line") },
  };
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
      axes: [
        { ...axis, values: (_plot, times) => times.map((time) => moment(time).slice(11, 16)) },
        { ...axis, size: 78, incrs: [...STEPS], values: (_plot, values) => values.map(words) },
      ],
      series: [
        {},
        ...first.services.map((label, index) => ({
          label,
          stroke: colour(`--line-${(index % 6) + 1}`),
          width: 1.6,
          dash: [...(DASHES[Math.floor(index / 6) % DASHES.length] ?? [])],
          points: { show: first.times.length < 3 },
        })),
      ],
    },
    dataOf(first),
    place,
  );
  const watch = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  watch.observe(place);
  return {
    show: (series) => plot.setData(dataOf(series)),
    dispose() {
      watch.disconnect();
      plot.destroy();
    },
  };
}

// A variable's own text may be a choice between light and dark: as a colour of something it is decided.
function colourOf(place: HTMLElement, name: string): string {
  place.style.color = `var(${name})`;
  const { color } = getComputedStyle(place);
  place.style.color = "";
  return color;
}

function dataOf({ times, values }: Series): uPlot.AlignedData {
  return [[...times], ...values.map((line) => [...line])];
}
