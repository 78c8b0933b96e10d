// How an operation goes on, live.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { at } from "../../api/address.ts";
import type { Refusal } from "../../api/failures.ts";
import type { Advance, Operation } from "../../api/types.ts";
import { Failure } from "../../parts/failure.tsx";
import { State } from "../../parts/state.tsx";
import { announce } from "../../state/announce.ts";
import { useFollow } from "../../state/follow.ts";
import { shownOutcome } from "../../words/states.ts";
import { NOTHING, spoken, withNews } from "./progress.ts";
import { StepList } from "./step-list.tsx";

interface Props {
  readonly stack: string;
  readonly id: string;
  readonly onEnd?: ((operation: Operation | undefined) => void) | undefined;
  /** There is no such operation any more: its stack was removed meanwhile. */
  readonly onGone?: (() => void) | undefined;
}

export function LiveProgress({ stack, id, onEnd, onGone }: Props) {
  const progress = useSignal(NOTHING);
  const refusal = useSignal<Refusal | undefined>(undefined);
  useFollow(
    {
      path: at`/v2/stacks/${stack}/operations/${id}/follow`,
      until: "end",
      // It is told from its beginning each time.
      onOpen: () => {
        progress.value = NOTHING;
      },
      onMessage: (event, data) => {
        if (event === "problem") return;
        progress.value = withNews(progress.value, data as Advance);
        if (event === "end") onEnd?.(progress.value.ended);
      },
      onRefused: (refused) => {
        if (refused.status === 404 && onGone) onGone();
        else refusal.value = refused;
      },
    },
    [stack, id],
  );
  const words = spoken(progress.value);
  useEffect(() => announce(words), [words]);
  const { phase, steps, ended } = progress.value;
  return (
    <>
      <Failure error={refusal.value} />
      <p class="phase">
        {ended ? <State shown={shownOutcome(ended.state)} /> : <State shown={shownOutcome("under way")} />}
        <span>{ended ? ended.message : (phase ?? "waiting for news")}</span>
      </p>
      <StepList steps={steps} />
    </>
  );
}
