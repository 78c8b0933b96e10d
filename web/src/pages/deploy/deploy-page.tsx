// A recipe becomes a stack: its text with what the site says of it while one types, what would be done, and then how that
// goes on.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../state/action.ts";
import { announce } from "../../state/announce.ts";
import { query } from "../../state/location.ts";
import { useDeployedRecipe } from "./deployed-recipe.ts";
import { deploy } from "./deploying.ts";
import { draft, isWhole } from "./draft.ts";
import type { Jump } from "./editor.tsx";
import { useProposal } from "./proposing.ts";
import { RecipeFields } from "./recipe-fields.tsx";
import { type Remark, remarksOf, summed } from "./remarks.ts";
import { useUnsaved } from "./unsaved.ts";
import { Verdict } from "./verdict.tsx";

export function DeployPage() {
  const stack = query.value.get("stack") ?? undefined;
  const recipe = useDeployedRecipe(stack);
  useUnsaved();
  const { proposal, failure, asking } = useProposal(draft.value);
  const { busy, failure: refused, run } = useAction();
  const jump = useSignal<(Jump & { readonly file: string }) | undefined>(undefined);
  const remarks = proposal.value ? remarksOf(proposal.value) : [];
  const sum = proposal.value ? summed(remarks) : "";
  useEffect(() => announce(sum), [sum]);
  const showPlace = ({ place }: Remark) => {
    if (place) jump.value = { file: place.file, line: place.line, column: place.column };
  };
  return (
    <Page
      title={stack ? `Edit the recipe of ${stack}` : "Deploy a stack"}
      actions={
        <Button
          kind="primary"
          busy={busy.value}
          disabled={!proposal.value?.allowed || asking.value}
          onPress={() => void run(() => deploy(proposal))}
        >
          Deploy {draft.value.name}
        </Button>
      }
    >
      <Failure error={recipe.failure.value ?? refused.value ?? failure.value} />
      <div class="deploy">
        <RecipeFields named={stack !== undefined} remarks={remarks} jump={jump.value} />
        <aside class="deploy-verdict" aria-label="What the site says of it">
          <Verdict
            proposal={proposal.value}
            remarks={remarks}
            asking={asking.value}
            whole={isWhole(draft.value)}
            onPlace={showPlace}
          />
        </aside>
      </div>
    </Page>
  );
}
