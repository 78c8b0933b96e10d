// Wishes for an image.

import { useSignal } from "@preact/signals";
import { ask } from "../../api/ask.ts";
import type { PullAnswer } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Choice } from "../../parts/choice.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { useAction } from "../../state/action.ts";
import { announce } from "../../state/announce.ts";
import { systems } from "../../state/gateway.ts";
import { pullsChanged } from "./pulls-changed.ts";

export function PullForm() {
  const tag = useSignal("");
  const system = useSignal("");
  const { busy, failure, run } = useAction();
  const names = systems.value ?? [];
  const chosen = system.value || (names.find((one) => one.default) ?? names[0])?.name || "";
  async function pull(): Promise<void> {
    await run(async () => {
      const body = { tag: tag.value.trim(), system: chosen };
      const answer = await ask<PullAnswer>({ method: "POST", path: "/v2/pulls", body });
      announce(answer.image ? `${body.tag} is there already` : `${body.tag} is being pulled`);
      tag.value = "";
      pullsChanged.value += 1;
    });
  }
  return (
    <>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault();
          void pull();
        }}
      >
        <Field label="Image" value={tag} required placeholder="alpine:3.20" />
        <Choice
          label="For the system"
          value={chosen}
          options={names.map(({ name }) => [name, name] as const)}
          onChange={(name) => {
            system.value = name;
          }}
        />
        <Button submit kind="primary" busy={busy.value}>
          Pull
        </Button>
      </form>
      <Failure error={failure.value} />
    </>
  );
}
