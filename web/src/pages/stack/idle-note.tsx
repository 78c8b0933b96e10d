// Whether a service is in use, what says so, and when it will be put to sleep.

import type { IdleState } from "../../api/types.ts";
import { State } from "../../parts/state.tsx";
import { Time } from "../../parts/time.tsx";
import { shownActivity } from "../../words/states.ts";

export function IdleNote({ idle }: { readonly idle: IdleState }) {
  const { activity, because, lastUse, stopsAt } = idle;
  return (
    <span class="idle-note">
      <State shown={shownActivity(activity)} /> <span>{because}</span>
      {lastUse !== undefined && (
        <span class="quiet-note">
          last used <Time at={lastUse} />
        </span>
      )}
      {stopsAt !== undefined && (
        <span class="due">
          sleeps <Time at={stopsAt} />
        </span>
      )}
    </span>
  );
}
