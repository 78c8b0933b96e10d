// What the site's rules said of an image: the result in the table, and on demand what was found, what to do, and who let it pass.

import { useSignal } from "@preact/signals";
import type { Image, ImageFinding, ImageVerdict } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { type Fact, Facts } from "../../parts/facts.tsx";
import { State } from "../../parts/state.tsx";
import { Time } from "../../parts/time.tsx";
import { counted, moment, shortDigest } from "../../words/amounts.ts";
import { shownSeverity, shownVerdict } from "../../words/states.ts";
import { keyed, summed, unlisted } from "./findings.ts";

// The table has no room for all of it.
const NOTHING = { error: 0, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 };

export function ImageVerdictCell({ image }: { readonly image: Image }) {
  const open = useSignal(false);
  const { verdict } = image;
  if (!verdict) return <span class="quiet-note">not judged</span>;
  const { error, warning } = verdict.counts;
  const words = summed({ ...NOTHING, error, warning }) || "details";
  const close = () => {
    open.value = false;
  };
  return (
    <span class="verdict-cell">
      <State shown={shownVerdict(verdict.release ? "released" : verdict.result)} />
      <Button
        kind="quiet"
        label={`${words}: verdict on ${nameOf(image)}`}
        onPress={() => {
          open.value = true;
        }}
      >
        {words}
      </Button>
      {open.value && (
        <Dialog title={`Verdict on ${nameOf(image)}`} onClose={close} reading>
          <div class="stacked">
            <VerdictText image={image} verdict={verdict} />
            <div class="actions">
              <Button onPress={close}>Close</Button>
            </div>
          </div>
        </Dialog>
      )}
    </span>
  );
}

function nameOf({ tags, id }: Image): string {
  return tags[0] ?? id.slice(0, 12);
}

function VerdictText({ image, verdict }: { readonly image: Image; readonly verdict: ImageVerdict }) {
  const { result, findings, release } = verdict;
  const more = unlisted(verdict);
  return (
    <>
      <p class="sum">
        <State shown={shownVerdict(result)} />
        <span>{summed(verdict.counts) || "nothing found"}</span>
      </p>
      {image.status === "QUARANTINED" && (
        <p class="notice tone-warn">
          It is in quarantine: nobody can run it{image.statusMessage ? ` (${image.statusMessage})` : ""}. Repair what is
          refused below and pull it again, or ask the site's staff to release it.
        </p>
      )}
      {release && (
        <p class="notice tone-calm">
          Released by {release.by}, <Time at={release.at} exact />: {release.reason}
        </p>
      )}
      <Facts facts={factsOf(image, verdict)} />
      {findings.length > 0 && (
        <ul class="remarks">
          {keyed(findings).map(([key, finding]) => (
            <Finding key={key} finding={finding} />
          ))}
        </ul>
      )}
      {more > 0 && (
        <p class="quiet-note">
          The heaviest come first; {counted(more, "more finding")} in the signed statement beside the image's file.
        </p>
      )}
    </>
  );
}

function factsOf({ digest }: Image, { profile, judgedAt, databaseDate, builtAt }: ImageVerdict): readonly Fact[] {
  return [
    ["Image", <code key="digest">{shortDigest(digest)}</code>],
    ["Judged", <Time key="judged" at={judgedAt} exact />],
    ["By the rules", profile],
    [
      "Known flaws",
      databaseDate === undefined ? "nobody looked for them" : `by the advisories of ${databaseDate.slice(0, 10)}`,
    ],
    ["Built", builtAt === undefined ? undefined : <Time key="built" at={builtAt} />],
  ];
}

function Finding({ finding }: { readonly finding: ImageFinding }) {
  const { rule, severity, message, hint, certainty, waived } = finding;
  return (
    <li>
      <p class="remark-head">
        <State
          shown={
            certainty === "unknown" ? { label: "not known", shape: "ring", tone: "warn" } : shownSeverity(severity)
          }
        />
        <code>{rule}</code>
        {waived && <span class="quiet-note">waived</span>}
      </p>
      <p>{message}</p>
      {hint && !waived && <p class="hint">{hint}</p>}
      {certainty === "unknown" && <p class="hint">The facts to decide this were not there.</p>}
      {waived && (
        <p class="hint">
          Allowed by {waived.by}: {waived.reason}
          {waived.until === null ? "" : `, until ${moment(waived.until).slice(0, 10)}`}
        </p>
      )}
    </li>
  );
}
