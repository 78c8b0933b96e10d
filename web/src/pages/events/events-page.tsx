// What happened to a stack, the newest first.

import { at } from "../../api/address.ts";
import type { StackEvent } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { More } from "../../parts/more.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { useFresh } from "../../state/fresh.ts";
import { usePages } from "../../state/pages-of.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";

const COLUMNS: readonly Column<StackEvent>[] = [
  { head: "When", cell: ({ at: when }) => <Time at={when} exact />, rowHead: true },
  { head: "Service", cell: ({ service }) => service ?? <span class="quiet-note">all</span> },
  { head: "Kind", cell: ({ kind }) => <code>{kind}</code> },
  { head: "What", cell: ({ message }) => message },
  { head: "Who", cell: ({ by }) => by },
];

export function EventsPage({ stack }: { readonly stack: string }) {
  const pages = usePages<StackEvent>(at`/v2/stacks/${stack}/events`);
  useFresh(pages.changed, stack);
  return (
    <Page title={`Events of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <Loading of={pages.first}>
        {() =>
          pages.items.length === 0 ? (
            <Empty>Nothing happened yet.</Empty>
          ) : (
            <Table caption={`Events of ${stack}`} columns={COLUMNS} rows={pages.items} keyOf={({ id }) => id} />
          )
        }
      </Loading>
      <More of={pages} />
    </Page>
  );
}
