// All stacks and their services at a glance, what needs attention first.

import { Empty } from "../../parts/empty.tsx";
import { Field } from "../../parts/field.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { query, setQuery } from "../../state/location.ts";
import { useTyped } from "../../state/typed.ts";
import { grouped, HEADINGS } from "../../words/attention.ts";
import { type Seen, useStackList } from "./stack-list.ts";
import { StackRow } from "./stack-row.tsx";

export function OverviewPage() {
  const loaded = useStackList();
  const match = useTyped(query.value.get("match") ?? "");
  return (
    <Page
      title="Stacks"
      actions={
        <Link to="/deploy" class="button primary">
          Deploy a stack
        </Link>
      }
    >
      <search class="bar">
        <Field label="Find" type="search" value={match} onChange={(text) => setQuery({ match: text })} />
        <label class="check">
          <input
            type="checkbox"
            checked={query.value.get("mine") === "true"}
            onChange={(event) => setQuery({ mine: event.currentTarget.checked ? "true" : "" })}
          />
          Only those that I may operate
        </label>
      </search>
      <Loading of={loaded}>{(seen) => <Groups seen={seen} searched={query.value.size > 0} />}</Loading>
    </Page>
  );
}

function Groups({ seen, searched }: { readonly seen: Seen; readonly searched: boolean }) {
  if (seen.stacks.length === 0) {
    return (
      <Empty>
        {searched ? (
          <p>No stack fits.</p>
        ) : (
          <>
            <p>There is no stack yet that you may see.</p>
            <p>
              A stack is a compose file that runs here. <Link to="/deploy">Deploy the first one</Link>, or read the{" "}
              <Link to="/rules">site's rules</Link>.
            </p>
          </>
        )}
      </Empty>
    );
  }
  return (
    <>
      {grouped(seen.stacks).map(([group, stacks]) => (
        <section key={group} class={`ledger ${group}`} aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>
            {HEADINGS[group]} <span class="count">{stacks.length}</span>
          </h2>
          <ul>
            {stacks.map((stack) => (
              <StackRow key={stack.name} stack={stack} services={seen.services.get(stack.name) ?? []} />
            ))}
          </ul>
        </section>
      ))}
      {seen.more && (
        <p class="quiet-note">
          There are more: these are those that need attention, and the first by name; find others by theirs.
        </p>
      )}
    </>
  );
}
