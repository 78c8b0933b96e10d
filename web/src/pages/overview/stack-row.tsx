// A stack in the overview: its state, its services with theirs, where it is reached.

import type { ServiceActivity, StackSummary } from "../../api/types.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Link } from "../../parts/link.tsx";
import { State } from "../../parts/state.tsx";
import { Time } from "../../parts/time.tsx";
import { counted } from "../../words/amounts.ts";
import { shownState } from "../../words/states.ts";

interface Props {
  readonly stack: StackSummary;
  readonly services: readonly ServiceActivity[];
}

export function StackRow({ stack, services }: Props) {
  const { name, title, owner, state, reason, routes, updatedAt } = stack;
  const page = `/stacks/${encodeURIComponent(name)}`;
  return (
    <li class="stack-row">
      <div class="stack-name">
        <Link to={page}>{name}</Link>
        <span class="quiet-note">
          {title !== name && title ? `${title} · ` : ""}
          {owner}
        </span>
      </div>
      <div class="stack-state">
        <State shown={shownState(state)} />
        {reason && <span class="reason">{reason}</span>}
      </div>
      {services.length === 0 ? <Counts stack={stack} /> : <Chips stack={name} services={services} />}
      <div class="stack-ends">
        {routes.slice(0, 2).map((url) => (
          <a key={url} href={url} rel="noreferrer">
            {url.replace(/^https?:\/\//, "").replace(/\/$/, "")}
          </a>
        ))}
        {routes.length > 2 && <span class="quiet-note">and {routes.length - 2} more</span>}
        <span class="quiet-note">
          changed <Time at={updatedAt} />
        </span>
      </div>
    </li>
  );
}

function Chips({ stack, services }: { readonly stack: string; readonly services: readonly ServiceActivity[] }) {
  return (
    <ul class="chips" aria-label={`Services of ${stack}`}>
      {services.map(({ service, state }) => {
        const shown = shownState(state);
        return (
          <li key={service} class="chip">
            <Glyph shape={shown.shape} tone={shown.tone} />
            {service}
            {state === "running" ? <span class="unseen"> running</span> : <span class="chip-word">{shown.label}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Counts({ stack: { services, running, asleep } }: { readonly stack: StackSummary }) {
  return (
    <p class="quiet-note">
      {running} of {counted(services, "service")} running{asleep > 0 && `, ${asleep} asleep`}
    </p>
  );
}
