// A new value for a secret, and what restarts with it.

import { useSignal } from "@preact/signals";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Rotated, Secret } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/failure.tsx";
import { useAction } from "../../state/action.ts";
import { announce } from "../../state/announce.ts";
import { counted } from "../../words/amounts.ts";
import { type Value, ValueField } from "./value-field.tsx";

interface Props {
  readonly secret: Secret;
  readonly onClose: () => void;
}

export function RotateSecret({ secret, onClose }: Props) {
  const { name, usedBy } = secret;
  const value = useSignal<Value>(undefined);
  const restart = useSignal(true);
  const { busy, failure, run } = useAction();
  async function rotate(): Promise<void> {
    const body = { value: value.value ?? "", restart: restart.value };
    const done = await run(async () => {
      const rotated = await ask<Rotated>({ method: "POST", path: at`/v2/secrets/${name}/rotate`, body });
      announce(`${name} has a new value; ${counted(rotated.restarted.length, "service")} restarted`);
    });
    if (done) onClose();
  }
  return (
    <Dialog title={`New value for ${name}`} onClose={onClose}>
      <form
        class="stacked"
        onSubmit={(event) => {
          event.preventDefault();
          void rotate();
        }}
      >
        <ValueField value={value} />
        {usedBy.length > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={restart.value}
              onChange={(event) => {
                restart.value = event.currentTarget.checked;
              }}
            />
            Restart what gets it: {usedBy.map(({ stack, service }) => `${stack}/${service}`).join(", ")}
          </label>
        )}
        <Failure error={failure.value} />
        <div class="actions">
          <Button submit kind="primary" busy={busy.value} disabled={value.value === undefined}>
            Replace the value
          </Button>
          <Button onPress={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}
