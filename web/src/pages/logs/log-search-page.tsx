// Finds lines in the logs of all stacks whose logs one may read.

import { ask } from "../../api/ask.ts";
import type { LogList } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Choice } from "../../parts/choice.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Field } from "../../parts/field.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { useLoad } from "../../state/load.ts";
import { query, setQuery } from "../../state/location.ts";
import { useTyped } from "../../state/typed.ts";
import { counted } from "../../words/amounts.ts";
import { LineList } from "./line-list.tsx";
import { withLines } from "./lines.ts";

const HOURS = [
  ["1", "the last hour"],
  ["24", "the last day"],
  ["168", "the last week"],
  ["", "all that is kept"],
] as const;

export function LogSearchPage() {
  const asked = query.value.get("text") ?? "";
  const stack = query.value.get("stack") ?? "";
  const hours = query.value.get("hours") ?? "24";
  const text = useTyped(asked);
  const inStack = useTyped(stack);
  const found = useLoad(
    async (signal) => (asked === "" ? undefined : search(asked, stack, hours, signal)),
    [asked, stack, hours],
  );
  return (
    <Page title="Log search">
      <search>
        <form
          class="bar"
          onSubmit={(event) => {
            event.preventDefault();
            setQuery({ text: text.value, stack: inStack.value.trim() });
          }}
        >
          <Field label="Lines with" type="search" value={text} />
          <Field label="In the stack" value={inStack} placeholder="all" />
          <Choice label="In" value={hours} options={HOURS} onChange={(value) => setQuery({ hours: value })} />
          <Button submit kind="primary">
            Search
          </Button>
        </form>
      </search>
      {asked === "" ? (
        <Empty>Lines of containers that are gone are found, too, as long as the site keeps them.</Empty>
      ) : (
        <Loading of={found}>{(list) => (list ? <Found list={list} mark={asked} /> : null)}</Loading>
      )}
    </Page>
  );
}

function search(text: string, stack: string, hours: string, signal: AbortSignal): Promise<LogList> {
  const since = hours === "" ? undefined : Math.floor(Date.now() / 1000) - Number(hours) * 3600;
  return ask<LogList>({ path: "/v2/logs", query: { text, stack, since }, signal });
}

function Found({ list, mark }: { readonly list: LogList; readonly mark: string }) {
  if (list.items.length === 0) return <Empty>No line has that in it.</Empty>;
  const lines = withLines([], list.items).map((line, index) => ({
    ...line,
    from: `${list.items[index]?.stack} ${line.from}`,
  }));
  return (
    <>
      <p class="quiet-note" role="status">
        {counted(lines.length, "line")}
        {list.cut && "; there are more: search for less"}
      </p>
      <LineList lines={lines} label="Lines found" mark={mark} found />
    </>
  );
}
