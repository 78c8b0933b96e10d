// What was said of a recipe, as a list: with the rule, the cure, and the way to the line.

import type { Finding } from "../../api/types.ts";
import { Link } from "../../parts/link.tsx";
import { State } from "../../parts/state.tsx";
import { shownSeverity } from "../../words/states.ts";
import { type Remark, remarkOf } from "./remarks.ts";

/** Findings of an earlier deployment. */
export function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  return <RemarkList remarks={findings.map((finding, index) => ({ ...remarkOf(finding), key: String(index) }))} />;
}

interface Props {
  readonly remarks: readonly Remark[];
  readonly onPlace?: ((remark: Remark) => void) | undefined;
}

export function RemarkList({ remarks, onPlace }: Props) {
  return (
    <ul class="remarks">
      {remarks.map((remark) => (
        <li key={remark.key}>
          <p class="remark-head">
            <State shown={shownSeverity(remark.severity)} />
            {remark.rule && <Link to={`/rules?rule=${encodeURIComponent(remark.rule)}`}>{remark.rule}</Link>}
            <Place remark={remark} onPlace={onPlace} />
          </p>
          <p>{remark.message}</p>
          {remark.hint && <p class="hint">{remark.hint}</p>}
          {remark.certainty === "unknown" && <p class="hint">The facts to decide this were not there.</p>}
          {remark.waived && (
            <p class="hint">
              Allowed by {remark.waived.by}: {remark.waived.reason}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Place({ remark, onPlace }: { readonly remark: Remark; readonly onPlace: Props["onPlace"] }) {
  const { place } = remark;
  if (!place) return <code class="quiet-note">{remark.pointer}</code>;
  const words = `${place.file}, line ${place.line}`;
  if (!onPlace) return <span class="quiet-note">{words}</span>;
  return (
    <button type="button" class="as-link" onClick={() => onPlace(remark)}>
      {words}
    </button>
  );
}
