// A table of records: dense, with a caption for those who do not see it, scrolled within itself where it is too wide.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";

/** A column. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly number?: boolean | undefined;
  /** What a row is known by. */
  readonly rowHead?: boolean | undefined;
}

interface Props<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
}

/** So many rows are drawn at first, and more with each wish: a browser takes seconds for ten thousand. */
const ROWS = 500;

export function Table<T>({ caption, columns, rows, keyOf }: Props<T>) {
  const most = useSignal(ROWS);
  return (
    <>
      <Rows caption={caption} columns={columns} rows={rows.slice(0, most.value)} keyOf={keyOf} />
      {rows.length > most.value && (
        <p class="actions">
          <Button
            onPress={() => {
              most.value += ROWS;
            }}
          >
            Show more of the {rows.length}
          </Button>
        </p>
      )}
    </>
  );
}

function Rows<T>({ caption, columns, rows, keyOf }: Props<T>) {
  return (
    // Focusable, so that it can be scrolled with keys.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
    <section class="table-frame" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, number }) => (
              <th key={head} scope="col" class={number ? "number" : undefined}>
                {head === "" ? <span class="unseen">actions</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ head, cell, number, rowHead }) =>
                rowHead ? (
                  <th key={head} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={head} class={number ? "number" : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
