// Addresses that upgrade a stack when they are called, for what builds its images.

import { useSignal } from "@preact/signals";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { NewWebhook, Webhook, WebhookList } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { confirm } from "../../parts/confirm.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { useAction } from "../../state/action.ts";
import { useLoad } from "../../state/load.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { WebhookKey } from "./webhook-key.tsx";

export function WebhooksPage({ stack }: { readonly stack: string }) {
  const path = at`/v2/stacks/${stack}/webhooks`;
  const loaded = useLoad((signal) => ask<WebhookList>({ path, signal }), [path]);
  const made = useSignal<NewWebhook | undefined>(undefined);
  const description = useSignal("");
  const service = useSignal("");
  const { busy, failure, run } = useAction();
  async function make(): Promise<void> {
    const body = { description: description.value, ...(service.value.trim() ? { service: service.value.trim() } : {}) };
    await run(async () => {
      made.value = await ask<NewWebhook>({ method: "POST", path, body });
    }, "The webhook is made");
    loaded.again();
  }
  async function end({ id, description: what }: Webhook): Promise<void> {
    const text = ["Whoever calls it from now on is refused."];
    if (!(await confirm({ title: `End the webhook ${what}`, text, verb: "End it", danger: true }))) return;
    await run(
      () => ask<void>({ method: "DELETE", path: at`/v2/stacks/${stack}/webhooks/${id}` }),
      "The webhook is ended",
    );
    loaded.again();
  }
  return (
    <Page title={`Webhooks of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label="What it is for" value={description} required />
        <Field label="Service" value={service} placeholder="all" />
        <Button submit kind="primary" busy={busy.value}>
          Make a webhook
        </Button>
      </form>
      <Failure error={failure.value} />
      {made.value && <WebhookKey made={made.value} />}
      <Loading of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>No webhook yet. What builds an image calls one, and the stack is upgraded to it.</Empty>
          ) : (
            <Table
              caption={`Webhooks of ${stack}`}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                { head: "What for", cell: ({ description: what }) => what, rowHead: true },
                { head: "Service", cell: ({ service: one }) => one ?? <span class="quiet-note">all</span> },
                { head: "Made by", cell: ({ by }) => by },
                { head: "Made", cell: ({ createdAt }) => <Time at={createdAt} /> },
                { head: "Last call", cell: ({ lastUse }) => (lastUse === undefined ? "never" : <Time at={lastUse} />) },
                {
                  head: "",
                  cell: (webhook) => (
                    <Button label={`End ${webhook.description}`} onPress={() => void end(webhook)}>
                      End
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loading>
    </Page>
  );
}
