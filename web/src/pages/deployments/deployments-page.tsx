// The history of a stack: who deployed what, and how it ended.

import { at } from "../../api/address.ts";
import type { Deployment } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { More } from "../../parts/more.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { useFresh } from "../../state/fresh.ts";
import { usePages } from "../../state/pages-of.ts";
import { shownOutcome } from "../../words/states.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";

export function DeploymentsPage({ stack }: { readonly stack: string }) {
  const pages = usePages<Deployment>(at`/v2/stacks/${stack}/deployments`);
  useFresh(pages.changed, stack);
  return (
    <Page title={`Deployments of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <Loading of={pages.first}>
        {() =>
          pages.items.length === 0 ? (
            <Empty>Nothing was deployed yet.</Empty>
          ) : (
            <Table
              caption={`Deployments of ${stack}`}
              columns={columns(stack)}
              rows={pages.items}
              keyOf={({ id }) => id}
            />
          )
        }
      </Loading>
      <More of={pages} />
    </Page>
  );
}

function columns(stack: string): readonly Column<Deployment>[] {
  const page = `/stacks/${encodeURIComponent(stack)}/deployments`;
  return [
    {
      ...{ head: "No.", rowHead: true },
      cell: ({ id, number }) => (
        <Link to={`${page}/${id}`}>
          <span class="wide-only">Deployment </span>
          {number}
        </Link>
      ),
    },
    { head: "What", cell: ({ kind }) => kind },
    { head: "When", cell: ({ at: when }) => <Time at={when} /> },
    {
      head: "How it ended",
      cell: ({ state, message }) => (
        <>
          <State shown={shownOutcome(state)} /> {message && <span class="reason">{message}</span>}
        </>
      ),
    },
    { head: "Who", cell: ({ by }) => by },
  ];
}
