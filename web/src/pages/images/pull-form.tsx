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
import { setQuery } from "../../state/location.ts";
import { pullsChanged } from "./pulls-changed.ts";
import { watch } from "./watched-pulls.ts";

export function PullForm({ system }: { readonly system: string }) {
  const tag = useSignal("");
  const { busy, failure, run } = useAction();
  const names = systems.value ?? [];
  async function pull(): Promise<void> {
    await run(async () => {
      const body = { tag: tag.value.trim(), system };
      const answer = await ask<PullAnswer>({ method: "POST", path: "/v2/pulls", body });
      announce(answer.image ? `${body.tag} is there already` : `${body.tag} is being pulled`);
      if (answer.pull) watch([answer.pull.id]);
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
          value={system}
          options={names.map(({ name }) => [name, name] as const)}
          onChange={(name) => setQuery({ system: name })}
        />
        <Button submit kind="primary" busy={busy.value}>
          Pull
        </Button>
      </form>
      <Failure error={failure.value} />
    </>
  );
}
