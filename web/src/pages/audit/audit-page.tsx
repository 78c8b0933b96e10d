// Who did what, and who was not let.

import type { AuditEntry } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { Field } from "../../parts/field.tsx";
import { Loading } from "../../parts/loading.tsx";
import { More } from "../../parts/more.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { query, setQuery } from "../../state/location.ts";
import { usePages } from "../../state/pages-of.ts";
import { hasRole } from "../../state/session.ts";
import { useTyped } from "../../state/typed.ts";
import { shownOutcome } from "../../words/states.ts";

const COLUMNS: readonly Column<AuditEntry>[] = [
  { head: "When", cell: ({ at }) => <Time at={at} exact />, rowHead: true },
  { head: "Who", cell: ({ who }) => who },
  { head: "What", cell: ({ action }) => <code>{action}</code> },
  { head: "With", cell: ({ object }) => <code>{object}</code> },
  { head: "Outcome", cell: ({ outcome }) => <State shown={shownOutcome(outcome)} /> },
  { head: "Detail", cell: ({ detail }) => detail },
  { head: "From", cell: ({ address }) => address && <code>{address}</code> },
];
const FILTERS = ["who", "object", "action"] as const;

export function AuditPage() {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, query.value.get(name) ?? ""]));
  const pages = usePages<AuditEntry>("/v2/service-audit", asked);
  const who = useTyped(asked["who"] ?? "");
  const object = useTyped(asked["object"] ?? "");
  const action = useTyped(asked["action"] ?? "");
  return (
    <Page title="Audit">
      <search>
        <form
          class="bar"
          onSubmit={(event) => {
            event.preventDefault();
            setQuery({ who: who.value.trim(), object: object.value.trim(), action: action.value.trim() });
          }}
        >
          {hasRole("operator", "admin") && <Field label="Who" value={who} />}
          <Field label="With" value={object} placeholder="stack/rover" />
          <Field label="What" value={action} placeholder="stack.upgrade" />
          <Button submit>Show</Button>
        </form>
      </search>
      <Loading of={pages.first}>
        {() =>
          pages.items.length === 0 ? (
            <Empty>Nothing is noted.</Empty>
          ) : (
            <Table caption="Audit" columns={COLUMNS} rows={pages.items} keyOf={({ id }) => id} />
          )
        }
      </Loading>
      <More of={pages} />
    </Page>
  );
}
