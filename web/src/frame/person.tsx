// Who is signed in, the way out, and the switch between light and dark.

import { Button } from "../parts/button.tsx";
import { Choice } from "../parts/choice.tsx";
import { Failure } from "../parts/failure.tsx";
import { useAction } from "../state/action.ts";
import { session, signOut } from "../state/session.ts";
import { THEMES, type Theme, theme } from "../state/theme.ts";

const NAMES: Readonly<Record<Theme, string>> = { system: "as system", light: "light", dark: "dark" };

export function PersonCorner() {
  const { busy, failure, run } = useAction();
  const me = session.value?.me;
  return (
    <div class="person">
      <Choice
        label="Colours"
        value={theme.value}
        options={THEMES.map((name) => [name, NAMES[name]] as const)}
        onChange={(name) => {
          theme.value = THEMES.find((one) => one === name) ?? "system";
        }}
      />
      {me && (
        <div class="person-name">
          <span>
            <strong>{me.user}</strong>
            <span class="quiet-note"> {me.roles.join(", ")}</span>
          </span>
          <Button kind="quiet" busy={busy.value} onPress={() => void run(() => signOut())}>
            Sign out
          </Button>
          <Button kind="quiet" busy={busy.value} onPress={() => void run(() => signOut(true))}>
            Sign out everywhere
          </Button>
          <Failure error={failure.value} />
        </div>
      )}
    </div>
  );
}
