// What is typed of a recipe: the name of the stack, the text of its files, tags besides.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Field } from "../../parts/field.tsx";
import { useTyped } from "../../state/typed.ts";
import { draft, edit } from "./draft.ts";
import { DropPlace } from "./drop-place.tsx";
import { Editor, type Jump } from "./editor.tsx";
import { FilesField } from "./files-field.tsx";
import type { Remark } from "./remarks.ts";

interface Props {
  /** It is a stack that runs: its name stays. */
  readonly named: boolean;
  readonly remarks: readonly Remark[];
  readonly jump: (Jump & { readonly file: string }) | undefined;
}

export function RecipeFields({ named, remarks, jump }: Props) {
  const chosen = useSignal<string | undefined>(undefined);
  const { files } = draft.value;
  const file = files.find((one) => one.name === chosen.value) ?? files[0];
  const show = (name: string) => {
    chosen.value = name;
  };
  useEffect(() => {
    if (jump) chosen.value = jump.file;
  }, [jump]);
  return (
    <DropPlace onFirst={show}>
      {!named && <NameField />}
      <FilesField files={files} shown={file?.name ?? ""} marks={marksOf(remarks)} onShow={show} />
      {file && (
        <Editor
          key={file.name}
          file={file.name}
          text={file.text}
          remarks={remarks}
          jump={jump?.file === file.name ? jump : undefined}
          onText={(text) =>
            edit({ files: draft.peek().files.map((one) => (one.name === file.name ? { ...one, text } : one)) })
          }
        />
      )}
      <TagsField />
    </DropPlace>
  );
}

function marksOf(remarks: readonly Remark[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { place } of remarks) if (place) counts.set(place.file, (counts.get(place.file) ?? 0) + 1);
  return counts;
}

function NameField() {
  const value = useTyped(draft.value.name);
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
