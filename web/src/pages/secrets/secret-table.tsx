// Secrets as a table.

import type { Secret } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Link } from "../../parts/link.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { bytes } from "../../words/amounts.ts";

interface Props {
  readonly items: readonly Secret[];
  readonly onRotate: (secret: Secret) => void;
  readonly onRemove: (secret: Secret) => void;
}

export function SecretTable({ items, onRotate, onRemove }: Props) {
  if (items.length === 0) {
    return <Empty>There is no secret yet. A service finds its secrets as files below /run/secrets.</Empty>;
  }
  const buttons: Column<Secret> = {
    head: "",
    cell: (secret) => (
      <span class="actions">
        <Button label={`New value for ${secret.name}`} onPress={() => onRotate(secret)}>
          New value
        </Button>
        {secret.usedBy.length === 0 && (
          <Button label={`Remove ${secret.name}`} onPress={() => onRemove(secret)}>
            Remove
          </Button>
        )}
      </span>
    ),
  };
  return <Table caption="Secrets" rows={items} keyOf={({ name }) => name} columns={[...COLUMNS, buttons]} />;
}

const COLUMNS: readonly Column<Secret>[] = [
  { head: "Name", cell: ({ name }) => <code>{name}</code>, rowHead: true },
  { head: "What it is", cell: ({ description }) => description },
  { head: "Size", cell: (secret) => bytes(secret.bytes), number: true },
  { head: "Version", cell: ({ version }) => version, number: true },
  {
    head: "Last value",
    cell: ({ rotatedAt, rotatedBy }) => (
      <>
        <Time at={rotatedAt} /> by {rotatedBy}
      </>
    ),
  },
  { head: "Used by", cell: usedBy },
];

function usedBy({ usedBy: uses }: Secret) {
  if (uses.length === 0) return <span class="quiet-note">nobody</span>;
  return (
    <ul class="plain">
      {uses.map(({ stack, service }) => (
        <li key={`${stack}/${service}`}>
          <Link to={`/stacks/${encodeURIComponent(stack)}`}>
            {stack}/{service}
          </Link>
        </li>
      ))}
    </ul>
  );
}
