// Steps that were begun, in their order.

import { Glyph } from "../../parts/glyph.tsx";
import type { Shown } from "../../words/states.ts";
import { type Doing, stepText } from "./progress.ts";

const STATES: Readonly<Record<Doing["state"], Shown>> = {
  begun: { label: "under way", shape: "turn", tone: "busy" },
  done: { label: "done", shape: "tick", tone: "good" },
  failed: { label: "failed", shape: "cross", tone: "bad" },
};

export function StepList({ steps }: { readonly steps: readonly Doing[] }) {
  return (
    <ol class="steps">
      {steps.map(({ key, step, state, detail }, index) => (
        <li key={`${key} ${index}`}>
          <Glyph shape={STATES[state].shape} tone={STATES[state].tone} />
          <span class="unseen">{STATES[state].label}: </span>
          <span>
            {stepText(step)}
            {detail ? <span class="reason"> {detail}</span> : <span class="quiet-note"> {step.why}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
