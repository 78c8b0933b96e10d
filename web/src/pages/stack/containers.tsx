// The containers of a service: what the engine and the health check say.

import type { Container } from "../../api/types.ts";
import { State } from "../../parts/state.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import type { Shown } from "../../words/states.ts";

const HEALTH: Readonly<Record<Container["health"], Shown | undefined>> = {
  none: undefined,
  starting: { label: "starting", shape: "half", tone: "busy" },
  healthy: { label: "healthy", shape: "tick", tone: "good" },
  unhealthy: { label: "unhealthy", shape: "triangle", tone: "bad" },
};

const COLUMNS: readonly Column<Container>[] = [
  { head: "No.", cell: ({ slot }) => slot, number: true },
  { head: "Container", cell: ({ id }) => <code>{id.slice(0, 12)}</code>, rowHead: true },
  { head: "Status", cell: statusOf },
  { head: "Health", cell: ({ health }) => (HEALTH[health] ? <State shown={HEALTH[health]} /> : "no check") },
  { head: "Started", cell: ({ startedAt }) => (startedAt === undefined ? "never" : <Time at={startedAt} />) },
  { head: "Restarts", cell: ({ restarts }) => restarts, number: true },
];

export function Containers({
  containers,
  service,
}: {
  readonly containers: readonly Container[];
  readonly service: string;
}) {
  if (containers.length === 0) return <p class="quiet-note">It has no container at the moment.</p>;
  return <Table caption={`Containers of ${service}`} columns={COLUMNS} rows={containers} keyOf={({ id }) => id} />;
}

function statusOf({ status, exitCode, error }: Container) {
  const code = status === "exited" && exitCode !== undefined ? ` with ${exitCode}` : "";
  return (
    <>
      {status}
      {code}
      {error && <span class="reason"> {error}</span>}
    </>
  );
}
