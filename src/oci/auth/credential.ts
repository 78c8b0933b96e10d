// What proves to a registry who is asking, and where such proofs come from. Types only.

/** A login; `source` says in messages where it was found, never what it is. */
export type Credential =
  | { readonly kind: "password"; readonly username: string; readonly password: string; readonly source: string }
  /** A refresh token, exchanged at the token server (OAuth2). */
  | { readonly kind: "identity"; readonly token: string; readonly source: string }
  /** A ready bearer token (`registrytoken`). */
  | { readonly kind: "bearer"; readonly token: string; readonly source: string };

/**
 * Finds the credential for a registry (`host[:port]`) and a repository below it; undefined: ask as nobody.
 * The answer is for this registry only and never sent to another.
 */
export type CredentialSource = (
  registry: string,
  repository: string,
  options: {
    /** True when this is the registry that the user's reference names; false for mirrors and replaced locations. */
    readonly named: boolean;
    readonly signal?: AbortSignal | undefined;
  },
) => Promise<Credential | undefined>;

/** A source that knows nobody. */
export const anonymous: CredentialSource = async () => undefined;
