// The files of a recipe, with what changed in them.

import type { RecipeFile } from "../../api/types.ts";
import { around, type DiffLine, diffLines } from "./line-diff.ts";

interface Props {
  readonly before: readonly RecipeFile[];
  readonly after: readonly RecipeFile[];
}

const CONTEXT = 3;
const SIGNS: Readonly<Record<DiffLine["kind"], string>> = { same: " ", added: "+", removed: "−" };

export function FileDiffs({ before, after }: Props) {
  const names = [...new Set([...after, ...before].map(({ name }) => name))];
  return (
    <>
      {names.map((name) => (
        <FileDiff
          key={name}
          name={name}
          before={textOf(before, name)}
          after={textOf(after, name)}
          fresh={before.length === 0}
        />
      ))}
    </>
  );
}

function FileDiff({ name, before, after, fresh }: { name: string; before: string; after: string; fresh: boolean }) {
  const lines = diffLines(before, after);
  const changed = lines.some(({ kind }) => kind !== "same");
  const shown = fresh ? lines.map(({ text }): DiffLine => ({ kind: "same", text })) : around(lines, CONTEXT);
  return (
    <section class="diff" aria-label={name}>
      <h3>
        <code>{name}</code> {!changed && !fresh && <span class="quiet-note">the same</span>}
      </h3>
      {(changed || fresh) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
        <pre tabIndex={0}>
          {shown.map((line, index) =>
            line ? (
              <span key={index} class={`diff-line ${line.kind}`}>
                <span class="diff-sign">{fresh ? "" : SIGNS[line.kind]}</span>
                {line.text}
                {"\n"}
              </span>
            ) : (
              <span key={index} class="diff-gap">
                {"⋯\n"}
              </span>
            ),
          )}
        </pre>
      )}
    </section>
  );
}

function textOf(files: readonly RecipeFile[], name: string): string {
  return files.find((file) => file.name === name)?.text ?? "";
}
