// The value of a secret: typed unseen, or from a file. It is in this field only, and goes when it was sent.

import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { base64, base64OfText } from "./base64.ts";

const MOST_BYTES = 500_000;

/** As base64; undefined: nothing yet. */
export type Value = string | undefined;

export function ValueField({ value }: { readonly value: Signal<Value> }) {
  const id = useId();
  const file = useSignal<string | undefined>(undefined);
  const shown = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  async function take(chosen: File | undefined): Promise<void> {
    if (!chosen) return;
    problem.value = chosen.size > MOST_BYTES ? "A secret has at most 500,000 bytes." : undefined;
    if (problem.value) return;
    try {
      value.value = base64(new Uint8Array(await chosen.arrayBuffer()));
      file.value = chosen.name;
    } catch {
      problem.value = `${chosen.name} cannot be read.`;
    }
  }
  return (
    <div class="field">
      <label for={id}>Value</label>
      {file.value === undefined ? (
        <ValueText id={id} concealed={!shown.value} value={value} />
      ) : (
        <p id={id}>
          From the file <code>{file.value}</code>
        </p>
      )}
      <div class="actions">
        {file.value === undefined && (
          <Button
            kind="quiet"
            pressed={shown.value}
            onPress={() => {
              shown.value = !shown.value;
            }}
          >
            Show what I type
          </Button>
        )}
        <label class="button quiet file-choice">
          Take it from a file
          <input type="file" class="unseen" onChange={(event) => void take(event.currentTarget.files?.[0])} />
        </label>
      </div>
      {problem.value && (
        <p class="notice tone-bad" role="alert">
          {problem.value}
        </p>
      )}
      <p class="hint">
        Kept closed; nobody can read it again here, only replace it. A line break at its end is part of it.
      </p>
    </div>
  );
}

interface TextProps {
  readonly id: string;
  readonly concealed: boolean;
  readonly value: Signal<Value>;
}

function ValueText({ id, concealed, value }: TextProps) {
  const text = useSignal("");
  return (
    <textarea
      id={id}
      class={concealed ? "secret-value concealed" : "secret-value"}
      rows={3}
      spellcheck={false}
      autocomplete="off"
      autocapitalize="off"
      value={text.value}
      onInput={(event) => {
        text.value = event.currentTarget.value;
        value.value = text.value === "" ? undefined : base64OfText(text.value);
      }}
    />
  );
}
