// Addresses that upgrade a stack when they are called, for what builds its images.

import { useSignal } from "@preact/signals";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { NewWebhook, Webhook, WebhookList } from "../../api/types.ts";
import { confirm } from "../../parts/confirm.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../state/action.ts";
import { useLoad } from "../../state/load.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { NewWebhookForm } from "./new-webhook.tsx";
import { WebhookKey } from "./webhook-key.tsx";
import { WebhookTable } from "./webhook-table.tsx";

export function WebhooksPage({ stack }: { readonly stack: string }) {
  const path = at`/v2/stacks/${stack}/webhooks`;
  const loaded = useLoad((signal) => ask<WebhookList>({ path, signal }), [path]);
  const made = useSignal<NewWebhook | undefined>(undefined);
  const { failure, run } = useAction();
  async function end({ id, description }: Webhook): Promise<void> {
    const text = ["Whoever calls it from now on is refused."];
    if (!(await confirm({ title: `End the webhook ${description}`, text, verb: "End it", danger: true }))) return;
    await run(
      () => ask<void>({ method: "DELETE", path: at`/v2/stacks/${stack}/webhooks/${id}` }),
      "The webhook is ended",
    );
    loaded.again();
  }
  return (
    <Page title={`Webhooks of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <NewWebhookForm
        path={path}
        onMade={(one) => {
          made.value = one;
          loaded.again();
        }}
      />
      <Failure error={failure.value} />
      {made.value && <WebhookKey made={made.value} />}
      <Loading of={loaded}>
        {({ items }) => <WebhookTable stack={stack} items={items} onEnd={(webhook) => void end(webhook)} />}
      </Loading>
    </Page>
  );
}
