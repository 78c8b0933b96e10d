// Secrets: which there are, who gets them; new ones and new values. Their values are never shown.

import { useSignal } from "@preact/signals";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Secret, SecretList } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { confirm } from "../../parts/confirm.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { useAction } from "../../state/action.ts";
import { useLoad } from "../../state/load.ts";
import { bytes } from "../../words/amounts.ts";
import { NewSecret } from "./new-secret.tsx";
import { RotateSecret } from "./rotate-secret.tsx";

export function SecretsPage() {
  const loaded = useLoad((signal) => ask<SecretList>({ path: "/v2/secrets", signal }), []);
  const making = useSignal(false);
  const rotating = useSignal<Secret | undefined>(undefined);
  const { failure, run } = useAction();
  async function remove({ name }: Secret): Promise<void> {
    const text = [
      "Its value is gone then. Recipes that name it cannot be deployed until there is one of this name again.",
    ];
    if (!(await confirm({ title: `Remove ${name}`, text, verb: "Remove the secret", danger: true }))) return;
    await run(() => ask<void>({ method: "DELETE", path: at`/v2/secrets/${name}` }), `${name} is removed`);
    loaded.again();
  }
  return (
    <Page
      title="Secrets"
      actions={
        <Button
          kind="primary"
          onPress={() => {
            making.value = true;
          }}
        >
          New secret
        </Button>
      }
    >
      <Failure error={failure.value} />
      <Loading of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>There is no secret yet. A service finds its secrets as files below /run/secrets.</Empty>
          ) : (
            <Secrets
              items={items}
              onRotate={(secret) => {
                rotating.value = secret;
              }}
              onRemove={(secret) => void remove(secret)}
            />
          )
        }
      </Loading>
      {making.value && (
        <NewSecret
          onClose={() => {
            making.value = false;
            loaded.again();
          }}
        />
      )}
      {rotating.value && (
        <RotateSecret
          secret={rotating.value}
          onClose={() => {
            rotating.value = undefined;
            loaded.again();
          }}
        />
      )}
    </Page>
  );
}

interface Props {
  readonly items: readonly Secret[];
  readonly onRotate: (secret: Secret) => void;
  readonly onRemove: (secret: Secret) => void;
}

function Secrets({ items, onRotate, onRemove }: Props) {
  return (
    <Table
      caption="Secrets"
      rows={items}
      keyOf={({ name }) => name}
      columns={[
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
        { head: "Used by", cell: UsedBy },
        {
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
        },
      ]}
    />
  );
}

function UsedBy({ usedBy }: Secret) {
  if (usedBy.length === 0) return <span class="quiet-note">nobody</span>;
  return (
    <ul class="plain">
      {usedBy.map(({ stack, service }) => (
        <li key={`${stack}/${service}`}>
          <Link to={`/stacks/${encodeURIComponent(stack)}`}>
            {stack}/{service}
          </Link>
        </li>
      ))}
    </ul>
  );
}
