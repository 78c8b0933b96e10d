// A recipe becomes a stack: its text with what the site says of it while one types, what would be done, and then how that
// goes on.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/ask.ts";
import { Refusal } from "../../api/failures.ts";
import type { Deployment } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../state/action.ts";
import { announce } from "../../state/announce.ts";
import { go, query } from "../../state/location.ts";
import { useDeployedRecipe } from "./deployed-recipe.ts";
import { draft, edit, isWhole, wishOf } from "./draft.ts";
import { DropPlace } from "./drop-place.tsx";
import { Editor, type Jump } from "./editor.tsx";
import { FilesField } from "./files-field.tsx";
import { useProposal } from "./proposing.ts";
import { type Remark, remarksOf, summed } from "./remarks.ts";
import { useUnsaved } from "./unsaved.ts";
import { Verdict } from "./verdict.tsx";

export function DeployPage() {
  const stack = query.value.get("stack") ?? undefined;
  const recipe = useDeployedRecipe(stack);
  useUnsaved();
  const { proposal, failure, asking } = useProposal(draft.value);
  const action = useAction();
  const chosen = useSignal<string | undefined>(undefined);
  const jump = useSignal<Jump | undefined>(undefined);
  const { name, files } = draft.value;
  const file = files.find((one) => one.name === chosen.value) ?? files[0];
  const remarks = proposal.value ? remarksOf(proposal.value) : [];
  const sum = proposal.value ? summed(remarks) : "";
  useEffect(() => announce(sum), [sum]);
  function showPlace({ place }: Remark): void {
    if (!place) return;
    chosen.value = place.file;
    jump.value = { line: place.line, column: place.column };
  }
  async function deploy(): Promise<void> {
    try {
      const made = await ask<Deployment>({ method: "POST", path: "/v2/stacks", body: wishOf(draft.value) });
      draft.value = { ...draft.value, changed: false };
      go(`/stacks/${encodeURIComponent(made.stack)}/operations/${made.id}`);
    } catch (error) {
      if (error instanceof Refusal && error.proposal) proposal.value = error.proposal;
      throw error;
    }
  }
  return (
    <Page title={stack ? `Edit the recipe of ${stack}` : "Deploy a stack"}>
      <Failure error={recipe.failure.value} />
      <DropPlace
        files={files}
        onFirst={(first) => {
          chosen.value = first;
        }}
      >
        <div class="deploy">
          <div class="deploy-text">
            {!stack && <NameField />}
            <FilesField
              files={files}
              shown={file?.name ?? ""}
              marks={marksOf(remarks)}
              onShow={(next) => {
                chosen.value = next;
              }}
            />
            {file && (
              <Editor
                key={file.name}
                file={file.name}
                text={file.text}
                remarks={remarks}
                jump={jump.value}
                onText={(text) =>
                  edit({ files: files.map((one) => (one.name === file.name ? { ...one, text } : one)) })
                }
              />
            )}
            <TagsField />
          </div>
          <aside class="deploy-verdict" aria-label="What the site says of it">
            <Verdict
              proposal={proposal.value}
              remarks={remarks}
              asking={asking.value}
              whole={isWhole(draft.value)}
              onPlace={showPlace}
            />
            <Failure error={failure.value ?? action.failure.value} />
            <Button
              kind="primary"
              busy={action.busy.value}
              disabled={!proposal.value?.allowed || asking.value}
              onPress={() => void action.run(deploy)}
            >
              Deploy {name}
            </Button>
          </aside>
        </div>
      </DropPlace>
    </Page>
  );
}

function marksOf(remarks: readonly Remark[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { place } of remarks) if (place) counts.set(place.file, (counts.get(place.file) ?? 0) + 1);
  return counts;
}

function NameField() {
  const value = useSignal(draft.value.name);
  return (
    <Field
      label="Name of the stack"
      value={value}
      required
      hint="Small letters, digits and hyphens: it becomes part of DNS names."
      onChange={(name) => edit({ name: name.trim() })}
    />
  );
}

function TagsField() {
  return (
    <details class="more">
      <summary>Tags besides those of the recipe</summary>
      <label class="field">
        One on each line, as key:value
        <textarea
          rows={3}
          value={draft.value.tags}
          spellcheck={false}
          onInput={(event) => edit({ tags: event.currentTarget.value })}
        />
      </label>
    </details>
  );
}
