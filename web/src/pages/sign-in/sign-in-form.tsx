// Signing in, in the ways that the site offers.

import { useSignal } from "@preact/signals";
import { withQuery } from "../../api/address.ts";
import { Button } from "../../parts/button.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { useAction } from "../../state/action.ts";
import { session, signIn } from "../../state/session.ts";

interface Props {
  /** Leaving the page would lose what was typed: elsewhere is another tab. */
  readonly keepPage?: boolean | undefined;
}

export function SignInForm({ keepPage = false }: Props) {
  const ways = session.value?.ways;
  if (!ways) return null;
  return (
    <div class="stacked">
      {ways.oidc && (
        <a
          class="button primary wide"
          href={withQuery(ways.oidc, { back: location.pathname + location.search })}
          {...(keepPage ? { target: "_blank", rel: "noopener" } : {})}
        >
          {ways.oidcName ?? "Sign in with your organisation"}
        </a>
      )}
      {ways.password && <PasswordForm among={ways.oidc !== undefined} />}
      {ways.token && <TokenForm among={ways.password || ways.oidc !== undefined} />}
      {!ways.password && !ways.token && !ways.oidc && (
        <p>This site has no way to sign in with a browser. The program works: berth stack list</p>
      )}
    </div>
  );
}

function PasswordForm({ among }: { readonly among: boolean }) {
  const user = useSignal("");
  const password = useSignal("");
  const { busy, failure, run } = useAction();
  return (
    <form
      class="stacked"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => signIn({ user: user.value, password: password.value }), "Signed in");
      }}
    >
      <Field label="Account" value={user} autoComplete="username" required />
      <Field label="Password" value={password} type="password" autoComplete="current-password" required />
      <Failure error={failure.value} />
      <Button submit kind={among ? "plain" : "primary"} busy={busy.value}>
        Sign in
      </Button>
    </form>
  );
}

function TokenForm({ among }: { readonly among: boolean }) {
  const token = useSignal("");
  const { busy, failure, run } = useAction();
  const form = (
    <form
      class="stacked"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => signIn({ token: token.value.trim() }), "Signed in");
      }}
    >
      <Field label="Token" value={token} type="password" required hint="Made with: berth gateway token create" />
      <Failure error={failure.value} />
      <Button submit kind={among ? "plain" : "primary"} busy={busy.value}>
        Sign in with the token
      </Button>
    </form>
  );
  if (!among) return form;
  return (
    <details class="more">
      <summary>With a token of the site</summary>
      {form}
    </details>
  );
}
