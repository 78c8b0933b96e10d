// Buttons for what may be done: each asks where it must, does it, and shows how it goes on where it takes long.

import { useEffect, useRef } from "preact/hooks";
import { ask } from "../../api/ask.ts";
import type { Deployment, Operation } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { confirm } from "../../parts/confirm.tsx";
import { Failure } from "../../parts/failure.tsx";
import { useAction } from "../../state/action.ts";
import { announce } from "../../state/announce.ts";
import { go } from "../../state/location.ts";
import type { Doing } from "./doings.ts";
import { operationEnd } from "./operation-end.ts";

interface Props {
  readonly stack: string;
  readonly doings: readonly Doing[];
  readonly onDone: () => void;
  /** What the buttons are about, when the page has several of the same words. */
  readonly of?: string | undefined;
}

/** Shown on a page of their own. */
const LONG: readonly Doing["verb"][] = ["upgrade", "rollback", "remove"];

export function DoingButtons({ stack, doings, onDone, of }: Props) {
  const { busy, failure, run } = useAction();
  const left = useRef(new AbortController());
  useEffect(() => () => left.current.abort(), []);
  async function press(doing: Doing): Promise<void> {
    const answered = doing.asking ? await confirm(doing.asking) : { option: false };
    if (answered) await run(() => perform(doing, answered.option));
  }
  async function perform({ method, path, body, verb, label }: Doing, volumes: boolean): Promise<void> {
    const answer = await ask<Operation | Deployment>({ method, path, body, query: volumes ? { volumes } : {} });
    announce(`${label}: begun`);
    if (LONG.includes(verb)) return go(`/stacks/${encodeURIComponent(stack)}/operations/${answer.id}`);
    onDone();
    // Waking answers when it is done.
    const isDone = verb === "wake" || (await operationEnd(answer as Operation, left.current.signal)) !== undefined;
    if (left.current.signal.aborted) return;
    if (isDone) announce(`${label}: done`);
    onDone();
  }
  if (doings.length === 0) return null;
  return (
    <>
      <fieldset class="actions" aria-label={of ? `Actions on ${of}` : "Actions"}>
        {doings.map((doing) => (
          <Button
            key={doing.verb}
            kind={doing.kind}
            busy={busy.value}
            label={of ? `${doing.label} ${of}` : undefined}
            onPress={() => void press(doing)}
          >
            {doing.label}
          </Button>
        ))}
      </fieldset>
      <Failure error={failure.value} />
    </>
  );
}
