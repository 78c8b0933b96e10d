// Where files are dropped: anywhere on the page of the recipe. Who does not drop has a button for it.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { announce } from "../../state/announce.ts";
import { draft, edit, withFiles } from "./draft.ts";
import { readFiles } from "./read-files.ts";

interface Props {
  readonly onFirst: (name: string) => void;
  readonly children: ComponentChildren;
}

export function DropPlace({ onFirst, children }: Props) {
  const over = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  async function take(event: DragEvent): Promise<void> {
    event.preventDefault();
    over.value = false;
    const got = await readFiles([...(event.dataTransfer?.files ?? [])]);
    problem.value = got.problem;
    const [first] = got.read;
    if (!first) return;
    edit({ files: withFiles(draft.peek().files, got.read) });
    onFirst(first.name);
    announce("Files read");
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button "Choose files" does the same
    <div
      class="drop"
      data-over={over.value}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        if (event.dataTransfer?.types.includes("Files")) void take(event);
      }}
    >
      {problem.value && <p class="notice tone-bad">{problem.value}</p>}
      {children}
    </div>
  );
}
