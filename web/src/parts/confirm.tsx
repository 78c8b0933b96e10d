// Asks before something is done that cannot be taken back; with a word to be typed where data may be lost.

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { path } from "../state/location.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";

/** What is asked. */
export interface Asking {
  readonly title: string;
  readonly text: readonly string[];
  /** What the button says. */
  readonly verb: string;
  readonly danger?: boolean | undefined;
  /** To be typed first. */
  readonly word?: string | undefined;
  /** Something that may be wished besides. */
  readonly option?: string | undefined;
}

/** What was answered. */
export interface Answered {
  readonly option: boolean;
}

const asked = signal<(Asking & { readonly answer: (answer: Answered | undefined) => void }) | undefined>(undefined);

/** Asks; undefined: the person does not want it. */
export function confirm(asking: Asking): Promise<Answered | undefined> {
  asked.peek()?.answer(undefined);
  return new Promise((resolve) => {
    asked.value = {
      ...asking,
      answer(answer) {
        asked.value = undefined;
        resolve(answer);
      },
    };
  });
}

/** Where questions appear; once in the page. */
export function Confirmations() {
  const one = asked.value;
  // On another page nobody knows what the question was about.
  const here = path.value;
  useEffect(() => () => asked.peek()?.answer(undefined), [here]);
  return one ? <Question key={one.title} {...one} /> : null;
}

function Question({ title, text, verb, danger, word, option, answer }: NonNullable<typeof asked.value>) {
  const typed = useSignal("");
  const wished = useSignal(false);
  const ready = word === undefined || typed.value === word;
  return (
    <Dialog title={title} onClose={() => answer(undefined)}>
      <form
        class="stacked"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) answer({ option: wished.value });
        }}
      >
        {text.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {option && (
          <label class="check">
            <input
              type="checkbox"
              checked={wished.value}
              onChange={(event) => {
                wished.value = event.currentTarget.checked;
              }}
            />
            {option}
          </label>
        )}
        {word !== undefined && <Field label={`Type ${word} to go on`} value={typed} />}
        <div class="actions">
          <Button submit kind={danger ? "danger" : "primary"} disabled={!ready}>
            {verb}
          </Button>
          <Button onPress={() => answer(undefined)}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}
