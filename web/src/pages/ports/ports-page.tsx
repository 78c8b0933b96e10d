// Ports of the host: which stacks use them, and what is free.

import { ask } from "../../api/ask.ts";
import type { Port, PortClass, PortList } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { useLoad } from "../../state/load.ts";

const PORTS: readonly Column<Port>[] = [
  {
    ...{ head: "Port", rowHead: true },
    cell: ({ port, protocol }) => (
      <code>
        {port}/{protocol}
      </code>
    ),
  },
  {
    head: "Leads to",
    cell: ({ stack, service }) => (
      <Link to={`/stacks/${encodeURIComponent(stack)}`}>
        {stack}/{service}
      </Link>
    ),
  },
  { head: "In the container", cell: ({ container }) => <code>{container}</code> },
  { head: "Class", cell: (port) => port.class },
  { head: "Who reaches it", cell: ({ reach }) => reach },
];
const CLASSES: readonly Column<PortClass>[] = [
  { head: "Class", cell: ({ name }) => name, rowHead: true },
  { head: "Ports", cell: ({ ports }) => <code>{ports}</code> },
  { head: "Who reaches them", cell: ({ reach }) => reach },
  { head: "Free", cell: ({ free }) => free, number: true },
];

export function PortsPage() {
  const loaded = useLoad((signal) => ask<PortList>({ path: "/v2/ports", signal }), []);
  return (
    <Page title="Ports">
      <Loading of={loaded}>
        {({ items, classes }) => (
          <>
            <h2>In use</h2>
            {items.length === 0 ? (
              <Empty>No stack that you may see uses a port of the host.</Empty>
            ) : (
              <Table
                caption="Ports in use"
                columns={PORTS}
                rows={items}
                keyOf={({ port, protocol }) => `${port}/${protocol}`}
              />
            )}
            <h2>What the site offers</h2>
            <Table caption="Classes of ports" columns={CLASSES} rows={classes} keyOf={({ name }) => name} />
          </>
        )}
      </Loading>
    </Page>
  );
}
