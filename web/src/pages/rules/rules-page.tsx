// The rules of the site, with an example of each that passes and one that does not.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/ask.ts";
import type { Rule, RuleList } from "../../api/types.ts";
import { Choice } from "../../parts/choice.tsx";
import { Field } from "../../parts/field.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { useLoad } from "../../state/load.ts";
import { query } from "../../state/location.ts";
import { useTyped } from "../../state/typed.ts";
import { counted } from "../../words/amounts.ts";
import { shownSeverity } from "../../words/states.ts";

export function RulesPage() {
  const loaded = useLoad((signal) => ask<RuleList>({ path: "/v2/policy/rules", signal }), []);
  const text = useTyped(query.value.get("rule") ?? "");
  const severity = useSignal("");
  return (
    <Page title="Rules">
      <search class="bar">
        <Field label="Find" type="search" value={text} />
        <Choice
          label="Severity"
          value={severity.value}
          options={[
            ["", "all"],
            ...["error", "warning", "info", "style", "off"].map((name) => [name, shownSeverity(name).label] as const),
          ]}
          onChange={(value) => {
            severity.value = value;
          }}
        />
      </search>
      <Loading of={loaded}>{(list) => <Rules list={list} text={text.value} severity={severity.value} />}</Loading>
    </Page>
  );
}

interface Props {
  readonly list: RuleList;
  readonly text: string;
  readonly severity: string;
}

function Rules({ list, text, severity }: Props) {
  const wanted = text.toLowerCase();
  const shown = list.items.filter(
    (rule) =>
      (severity === "" || rule.severity === severity) &&
      `${rule.rule} ${rule.title} ${rule.about}`.toLowerCase().includes(wanted),
  );
  const subjects = Map.groupBy(shown, ({ about }) => about);
  return (
    <>
      <p class="quiet-note">
        {counted(shown.length, "rule")} of {list.items.length}; they begin with the profile {list.profile}.
      </p>
      {[...subjects].map(([about, rules]) => (
        <section key={about} aria-labelledby={`about-${about}`}>
          <h2 id={`about-${about}`}>{about}</h2>
          <div class="rules">
            {rules.map((rule) => (
              <RuleEntry key={rule.rule} rule={rule} open={rule.rule.toLowerCase() === wanted} />
            ))}
          </div>
        </section>
      ))}
    </>
  );
}

function RuleEntry({ rule, open }: { readonly rule: Rule; readonly open: boolean }) {
  const shown = useSignal(open);
  useEffect(() => {
    shown.value = open;
  }, [open]);
  return (
    <details class="rule" open={shown.value}>
      <summary>
        <code>{rule.rule}</code>
        <span class="rule-title">{rule.title}</span>
        <State shown={shownSeverity(rule.severity)} />
      </summary>
      {rule.message && <p>{rule.message}</p>}
      <div class="examples">
        {rule.good && <Example words="Passes" text={rule.good} />}
        {rule.bad && <Example words="Does not" text={rule.bad} />}
      </div>
    </details>
  );
}

function Example({ words, text }: { readonly words: string; readonly text: string }) {
  return (
    <figure>
      <figcaption>{words}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}
