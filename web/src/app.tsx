// What is shown: signing in, or the page of the address within the frame. A session that ends leaves the page as it is and
// asks above it, so that nothing typed is lost.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Frame } from "./frame/frame.tsx";
import { pageAt } from "./frame/page-at.tsx";
import { forgetDrafts } from "./pages/deploy/draft.ts";
import { SignInAgain } from "./pages/sign-in/sign-in-again.tsx";
import { SignInPage } from "./pages/sign-in/sign-in-page.tsx";
import { Confirmations } from "./parts/confirm.tsx";
import { Failure } from "./parts/failure.tsx";
import { returns } from "./state/connection.ts";
import { loadSystems } from "./state/gateway.ts";
import { path } from "./state/location.ts";
import { endedFor, loadSession, me, reader, session } from "./state/session.ts";

export function App() {
  const failure = useSignal<unknown>(undefined);
  const signedIn = me.value !== undefined;
  const whose = reader.value;
  useEffect(() => {
    if (signedIn) void loadSystems();
  }, [signedIn, returns.value]);
  // Whoever signs in next finds nothing of what somebody else wrote.
  useEffect(forgetDrafts, [whose]);
  useEffect(() => {
    loadSession().catch((error: unknown) => {
      failure.value = error;
    });
  }, [returns.value]);
  if (session.value === undefined) {
    return (
      <main class="alone">
        <Failure error={failure.value} />
      </main>
    );
  }
  if (!signedIn && !endedFor.value) return <SignInPage />;
  return (
    <Frame>
      <div key={`${whose} ${path.value}`} class="page">
        {pageAt(path.value)}
      </div>
      <Confirmations />
      {endedFor.value && <SignInAgain />}
    </Frame>
  );
}
