// Which services are in use, and when those that are not will sleep.

import { ask } from "../../api/ask.ts";
import type { ActivityList, ServiceActivity } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { useFresh } from "../../state/fresh.ts";
import { useLoad } from "../../state/load.ts";
import { shownActivity, shownState } from "../../words/states.ts";

const COLUMNS: readonly Column<ServiceActivity>[] = [
  {
    ...{ head: "Service", rowHead: true },
    cell: ({ stack, service }) => (
      <Link to={`/stacks/${encodeURIComponent(stack)}/use`}>
        {stack}/{service}
      </Link>
    ),
  },
  { head: "State", cell: ({ state }) => <State shown={shownState(state)} /> },
  {
    head: "Use",
    cell: ({ idle }) =>
      idle ? <State shown={shownActivity(idle.activity)} /> : <span class="quiet-note">not watched</span>,
  },
  { head: "Because", cell: ({ idle }) => idle?.because },
  { head: "Last use", cell: ({ idle }) => idle?.lastUse !== undefined && <Time at={idle.lastUse} /> },
  { head: "Sleeps", cell: ({ idle }) => idle?.stopsAt !== undefined && <Time at={idle.stopsAt} /> },
];

export function ActivityPage() {
  const loaded = useLoad((signal) => ask<ActivityList>({ path: "/v2/activity", signal }), []);
  useFresh(loaded.again);
  return (
    <Page title="Activity">
      <Loading of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>There is no service.</Empty>
          ) : (
            <Table
              caption="Use of services"
              columns={COLUMNS}
              rows={items}
              keyOf={({ stack, service }) => `${stack}/${service}`}
            />
          )
        }
      </Loading>
    </Page>
  );
}
