// The files of a recipe: chosen, dropped or added empty; one of them is shown.

import { useSignal } from "@preact/signals";
import type { RecipeFile } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { announce } from "../../state/announce.ts";
import { counted } from "../../words/amounts.ts";
import { draft, edit, withFiles } from "./draft.ts";
import { readFiles } from "./read-files.ts";

interface Props {
  readonly files: readonly RecipeFile[];
  readonly shown: string;
  readonly marks: ReadonlyMap<string, number>;
  readonly onShow: (name: string) => void;
}

export function FilesField({ files, shown, marks, onShow }: Props) {
  const refused = useSignal<string | undefined>(undefined);
  async function put(list: FileList | null): Promise<void> {
    const { read, problem } = await readFiles(list ? [...list] : []);
    refused.value = problem;
    if (read.length === 0) return;
    edit({ files: withFiles(draft.peek().files, read) });
    onShow(read[0]?.name ?? shown);
    announce(`${counted(read.length, "file")} read`);
  }
  return (
    <div class="files">
      <ul class="file-tabs">
        {files.map(({ name }) => (
          <li key={name}>
            <button type="button" class="file-tab" aria-pressed={name === shown} onClick={() => onShow(name)}>
              {name}
              {(marks.get(name) ?? 0) > 0 && <span class="count">{marks.get(name)}</span>}
            </button>
          </li>
        ))}
      </ul>
      <label class="button file-choice">
        Choose files
        <input
          type="file"
          multiple
          class="unseen"
          onChange={(event) => {
            const input = event.currentTarget;
            void put(input.files).then(() => {
              input.value = "";
            });
          }}
        />
      </label>
      {files.length > 1 && (
        <Button
          kind="quiet"
          onPress={() => {
            edit({ files: files.filter(({ name }) => name !== shown) });
            onShow(files.find(({ name }) => name !== shown)?.name ?? "");
          }}
        >
          Leave {shown} out
        </Button>
      )}
      {refused.value && <p class="notice tone-bad">{refused.value}</p>}
    </div>
  );
}
