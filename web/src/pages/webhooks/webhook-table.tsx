// Webhooks as a table.

import type { Webhook } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";

interface Props {
  readonly stack: string;
  readonly items: readonly Webhook[];
  readonly onEnd: (webhook: Webhook) => void;
}

const COLUMNS: readonly Column<Webhook>[] = [
  { head: "What for", cell: ({ description }) => description, rowHead: true },
  { head: "Service", cell: ({ service }) => service ?? <span class="quiet-note">all</span> },
  { head: "Made by", cell: ({ by }) => by },
  { head: "Made", cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: "Last call", cell: ({ lastUse }) => (lastUse === undefined ? "never" : <Time at={lastUse} />) },
];

export function WebhookTable({ stack, items, onEnd }: Props) {
  if (items.length === 0) {
    return <Empty>No webhook yet. What builds an image calls one, and the stack is upgraded to it.</Empty>;
  }
  const end: Column<Webhook> = {
    head: "",
    cell: (webhook) => (
      <Button label={`End ${webhook.description}`} onPress={() => onEnd(webhook)}>
        End
      </Button>
    ),
  };
  return <Table caption={`Webhooks of ${stack}`} rows={items} keyOf={({ id }) => id} columns={[...COLUMNS, end]} />;
}
