// What is being pulled. Asked for while there is something: a stream for each would take all connections of the browser.

import { ask } from "../../api/ask.ts";
import type { Pull, PullList } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Failure } from "../../parts/failure.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { useAgainEvery } from "../../state/again-every.ts";
import { useLoad } from "../../state/load.ts";
import { bytes } from "../../words/amounts.ts";
import { shownImage } from "../../words/states.ts";
import { useFailed } from "./failed-pulls.ts";
import { pullsChanged } from "./pulls-changed.ts";
import { watched } from "./watched-pulls.ts";

const COLUMNS: readonly Column<Pull>[] = [
  { head: "Image", cell: ({ tag }) => <code>{tag}</code>, rowHead: true },
  { head: "System", cell: ({ system }) => system },
  {
    head: "State",
    cell: ({ status, position }) => (
      <>
        <State shown={shownImage(status)} />
        {position > 0 && <span class="quiet-note"> {position} before it</span>}
      </>
    ),
  },
  { head: "Progress", cell: Progress },
  { head: "Message", cell: ({ statusMessage }) => <span class="quiet-note">{statusMessage}</span> },
];

interface Props {
  readonly system: string;
  readonly onEnded: () => void;
}

export function Pulls({ system, onEnded }: Props) {
  const loaded = useLoad(
    (signal) => ask<PullList>({ path: "/v2/pulls", query: { system }, signal }),
    [system, pullsChanged.value],
  );
  const items = loaded.data.value?.items ?? [];
  const { failed, forget } = useFailed(loaded.data.value, onEnded);
  useAgainEvery(watched.value.length > 0 ? 2000 : 15_000, loaded.again);
  return (
    <>
      <Failure error={loaded.failure.value} />
      {items.length > 0 && (
        <>
          <h2>Under way</h2>
          <Table caption="Pulls under way" columns={COLUMNS} rows={items} keyOf={({ id }) => id} />
        </>
      )}
      {failed.map(({ id, tag, statusMessage }) => (
        <div key={id} class="notice tone-bad" role="alert">
          <p>
            <code>{tag}</code> did not come: {statusMessage || "no reason is noted"}
          </p>
          <Button kind="quiet" label={`Forget ${tag}`} onPress={() => forget(id)}>
            Forget it
          </Button>
        </div>
      ))}
    </>
  );
}

function Progress({ tag, progress: { done, total, rate } }: Pull) {
  if (total === 0) return <span class="quiet-note">not known yet</span>;
  return (
    <span class="progress">
      <progress max={total} value={done} aria-label={`Progress of ${tag}`} />
      <span>
        {bytes(done)} of {bytes(total)}
        {rate > 0 && `, ${bytes(rate)}/s`}
      </span>
    </span>
  );
}
