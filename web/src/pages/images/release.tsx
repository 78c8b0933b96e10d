// Lets an image out of quarantine, with the reason that goes into the audit.

import { useSignal } from "@preact/signals";
import { ask } from "../../api/ask.ts";
import type { Image } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { useAction } from "../../state/action.ts";

export function Release({ image, onDone }: { readonly image: Image; readonly onDone: () => void }) {
  const asking = useSignal(false);
  const reason = useSignal("");
  const { busy, failure, run } = useAction();
  const tag = image.tags[0] ?? image.id;
  const close = () => {
    asking.value = false;
  };
  async function release(): Promise<void> {
    const { system, itype } = image;
    const body = { system, itype, tag, reason: reason.value };
    const done = await run(() => ask<void>({ method: "POST", path: "/v2/releases", body }), `${tag} is released`);
    if (!done) return;
    close();
    onDone();
  }
  return (
    <>
      <Button
        label={`Release ${tag}`}
        onPress={() => {
          asking.value = true;
        }}
      >
        Release …
      </Button>
      {asking.value && (
        <Dialog title={`Release ${tag}`} onClose={close}>
          <form
            class="stacked"
            onSubmit={(event) => {
              event.preventDefault();
              void release();
            }}
          >
            <p>
              It was held back: {image.statusMessage || "no reason is noted"}. Everybody who may read it can run it
              then.
            </p>
            <Field label="Why it may be run" value={reason} required hint="Goes into the audit, with your name." />
            <Failure error={failure.value} />
            <div class="actions">
              <Button submit kind="danger" busy={busy.value} disabled={reason.value.trim() === ""}>
                Release it
              </Button>
              <Button onPress={close}>Cancel</Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
