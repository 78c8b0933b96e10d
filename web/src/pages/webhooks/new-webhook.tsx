// A new webhook.

import { useSignal } from "@preact/signals";
import { ask } from "../../api/ask.ts";
import type { NewWebhook } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { useAction } from "../../state/action.ts";

interface Props {
  readonly path: string;
  readonly onMade: (made: NewWebhook) => void;
}

export function NewWebhookForm({ path, onMade }: Props) {
  const description = useSignal("");
  const service = useSignal("");
  const { busy, failure, run } = useAction();
  async function make(): Promise<void> {
    const one = service.value.trim();
    const body = { description: description.value, ...(one === "" ? {} : { service: one }) };
    await run(async () => {
      onMade(await ask<NewWebhook>({ method: "POST", path, body }));
      description.value = "";
    }, "The webhook is made");
  }
  return (
    <>
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
    </>
  );
}
