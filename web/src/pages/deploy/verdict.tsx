// What the site says of the recipe: in a word, remark by remark, and what would be done.

import type { Proposal } from "../../api/types.ts";
import { State } from "../../parts/state.tsx";
import { RemarkList } from "./finding-list.tsx";
import { PlanList } from "./plan-list.tsx";
import { type Remark, summed } from "./remarks.ts";

interface Props {
  readonly proposal: Proposal | undefined;
  readonly remarks: readonly Remark[];
  readonly asking: boolean;
  /** There is enough to ask about. */
  readonly whole: boolean;
  readonly onPlace: (remark: Remark) => void;
}

export function Verdict({ proposal, remarks, asking, whole, onPlace }: Props) {
  return (
    <div class={asking ? "verdict stale" : "verdict"}>
      <h2>Findings</h2>
      <p id="remarks-sum" class="sum">
        {proposal ? (
          <>
            <State
              shown={
                proposal.allowed
                  ? { label: "may be deployed", shape: "tick", tone: "good" }
                  : { label: "may not be deployed", shape: "cross", tone: "bad" }
              }
            />
            <span>{summed(remarks)}</span>
          </>
        ) : (
          <span class="quiet-note">
            {whole ? "The server is asked …" : "Give it a name and a compose file: paste, drop or choose one."}
          </span>
        )}
      </p>
      <RemarkList remarks={remarks} onPlace={onPlace} />
      {proposal && (
        <>
          <h2>Plan</h2>
          <PlanList plan={proposal.plan} />
        </>
      )}
    </div>
  );
}
