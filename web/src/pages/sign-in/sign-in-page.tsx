// The first page of who is not signed in.

import { useEffect } from "preact/hooks";
import { Banner } from "../../frame/banner.tsx";
import { session } from "../../state/session.ts";
import { SignInForm } from "./sign-in-form.tsx";

export function SignInPage() {
  const site = session.value?.site;
  useEffect(() => {
    document.title = "Sign in · berth";
  }, []);
  return (
    <main class="alone" id="content">
      <Banner />
      <div class="sheet sign-in">
        <p class="eyebrow">berth · services of {site}</p>
        <h1>Sign in</h1>
        <SignInForm />
      </div>
      <p class="quiet-note">berth {session.value?.version}</p>
    </main>
  );
}
