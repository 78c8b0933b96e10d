// Ways from the proxy to services.

import { ask } from "../../api/ask.ts";
import type { Route, RouteList } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { useFresh } from "../../state/fresh.ts";
import { useLoad } from "../../state/load.ts";
import { shownState } from "../../words/states.ts";

const TLS: Readonly<Record<Route["tls"], string>> = {
  redirect: "HTTPS only",
  both: "HTTP and HTTPS",
  none: "HTTP only",
};
const AUTH: Readonly<Record<Route["auth"], string>> = {
  none: "everybody",
  user: "who is signed in",
  group: "owner and groups",
  owner: "the owner",
};

const COLUMNS: readonly Column<Route>[] = [
  {
    ...{ head: "Route", rowHead: true },
    cell: ({ url, protocol, listen }) =>
      protocol === "tcp" ? (
        <code>tcp {listen}</code>
      ) : (
        <a href={url} rel="noreferrer">
          {url}
        </a>
      ),
  },
  {
    head: "State",
    cell: ({ state, reason }) => (
      <>
        <State shown={shownState(state)} /> {reason && <span class="reason">{reason}</span>}
      </>
    ),
  },
  {
    head: "Leads to",
    cell: ({ stack, service, port }) => (
      <>
        <Link to={`/stacks/${encodeURIComponent(stack)}`}>
          {stack}/{service}
        </Link>{" "}
        <span class="quiet-note">port {port}</span>
      </>
    ),
  },
  { head: "Answering", cell: ({ backends }) => backends, number: true },
  { head: "For", cell: ({ auth }) => AUTH[auth] },
  { head: "Carries", cell: ({ tls, protocol }) => (protocol === "tcp" ? "TCP" : TLS[tls]) },
  { head: "Certificate", cell: ({ certificate }) => certificate ?? <span class="quiet-note">none</span> },
];

export function RoutesPage() {
  const loaded = useLoad((signal) => ask<RouteList>({ path: "/v2/routes", signal }), []);
  useFresh(loaded.again);
  return (
    <Page title="Routes">
      <Loading of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>No service has a route. A recipe asks for one below x-berth: routes.</Empty>
          ) : (
            <Table
              caption="Routes"
              columns={COLUMNS}
              rows={items}
              keyOf={({ url, stack, service, listen }) => `${url} ${stack} ${service} ${listen}`}
            />
          )
        }
      </Loading>
    </Page>
  );
}
