// A new secret.

import { useSignal } from "@preact/signals";
import { ask } from "../../api/ask.ts";
import type { Secret } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { useAction } from "../../state/action.ts";
import { type Value, ValueField } from "./value-field.tsx";

export function NewSecret({ onClose }: { readonly onClose: () => void }) {
  const name = useSignal("");
  const description = useSignal("");
  const value = useSignal<Value>(undefined);
  const { busy, failure, run } = useAction();
  async function keep(): Promise<void> {
    const body = { name: name.value.trim(), description: description.value, value: value.value ?? "" };
    const made = await run(
      () => ask<Secret>({ method: "POST", path: "/v2/secrets", body }).then(() => {}),
      `${name.value} is kept`,
    );
    if (made) onClose();
  }
  return (
    <Dialog title="New secret" onClose={onClose}>
      <form
        class="stacked"
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <Field
          label="Name"
          value={name}
          required
          hint="STACK.FILE for all services of a stack, SERVICE.STACK.FILE for one."
        />
        <Field
          label="What it is"
          value={description}
          required
          hint="With its owner: owner:fred, password of the database"
        />
        <ValueField value={value} />
        <Failure error={failure.value} />
        <div class="actions">
          <Button submit kind="primary" busy={busy.value} disabled={value.value === undefined}>
            Keep it
          </Button>
          <Button onPress={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}
