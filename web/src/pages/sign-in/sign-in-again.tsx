// The session ended while somebody worked: signing in above the page, which stays as it is.

import { useEffect } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { endedFor, loadSession } from "../../state/session.ts";
import { SignInForm } from "./sign-in-form.tsx";

export function SignInAgain() {
  // Signing in elsewhere happens in another tab: whoever comes back from there may be signed in.
  useEffect(() => {
    const look = () => void loadSession().catch(() => {});
    globalThis.addEventListener("focus", look);
    return () => globalThis.removeEventListener("focus", look);
  }, []);
  return (
    <Dialog title="Your session has ended" closable={false} onClose={() => {}}>
      <div class="stacked">
        <p>Sign in as {endedFor.value?.user} to go on. The page behind this stays as it is.</p>
        <SignInForm keepPage />
        <Button
          kind="quiet"
          onPress={() => {
            endedFor.value = undefined;
          }}
        >
          Leave instead
        </Button>
      </div>
    </Dialog>
  );
}
