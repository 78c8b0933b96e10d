// A stack in the overview: its state, its services with theirs, where it is reached.

import type { ServiceActivity, StackSummary } from "../../api/types.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Link } from "../../parts/link.tsx";
import { State } from "../../parts/state.tsx";
import { Time } from "../../parts/time.tsx";
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
      <ul class="chips" aria-label={`Services of ${name}`}>
        {services.map(({ service, state: does }) => {
          const shown = shownState(does);
          return (
            <li key={service} class="chip">
              <Glyph shape={shown.shape} tone={shown.tone} />
              {service}
              {does === "running" ? <span class="unseen"> running</span> : <span class="chip-word">{shown.label}</span>}
            </li>
          );
        })}
      </ul>
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
