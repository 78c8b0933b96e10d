// Signing in at an OpenID Connect provider: authorization code with PKCE (OpenID Connect Core 3.1, RFC 7636). What has to be
// remembered meanwhile lies in the database, so that the answer may come to another server of the site.

import { createHash } from "node:crypto";
import * as client from "openid-client";
import { BerthError, reasonOf } from "../base/errors.ts";
import { readPrivateFile } from "../platform/private-file.ts";
import type { OidcConfig } from "../site/services/accounts.ts";
import type { Store } from "../store/store.ts";
import { fail } from "./errors.ts";

export interface Oidc {
  /** Where the browser goes, and the state that its cookie must bring back. Failures: E_ACCOUNTS_AWAY. */
  begin(back: string): Promise<{ readonly url: string; readonly state: string }>;
  /**
   * Who came back, and to which page. `state` is the cookie's: an answer that another browser began is refused.
   *
   * @throws E_ACCOUNTS_PROVIDER, E_ACCOUNTS_AWAY
   */
  end(query: URLSearchParams, state: string | undefined): Promise<{ readonly user: string; readonly back: string }>;
}

export interface OidcParts {
  readonly config: OidcConfig;
  /** Ours, without a slash at the end. */
  readonly publicUrl: string;
  readonly store: Pick<Store, "db" | "now">;
}

/** Path that the provider sends browsers back to. */
export const CALLBACK = "/v2/session/oidc/callback";

/** Seconds that somebody may take at the provider's page. */
const PATIENCE = 600;

/** The provider of a configuration, asked for its addresses when it is first needed. */
export function openOidc({ config, publicUrl, store }: OidcParts): Oidc {
  let discovered: Promise<client.Configuration> | undefined;
  const provider = () => {
    discovered ??= discover(config).catch((error: unknown) => {
      discovered = undefined;
      throw fail("E_ACCOUNTS_AWAY", { what: "sign-in provider", why: reasonOf(error) }, { cause: error });
    });
    return discovered;
  };
  const redirect_uri = `${publicUrl}${CALLBACK}`;
  return {
    async begin(back) {
      const [verifier, nonce, state] = [client.randomPKCECodeVerifier(), client.randomNonce(), client.randomState()];
      const asked = await provider();
      const expires = store.now() + PATIENCE;
      // Anybody may begin: what nobody came back for must not pile up.
      await store.db.deleteFrom("sign_ins").where("expires", "<=", store.now()).execute();
      await store.db
        .insertInto("sign_ins")
        .values({ hash: hash(state), verifier, nonce, back, expires })
        .execute();
      const code_challenge = await client.calculatePKCECodeChallenge(verifier);
      const url = client.buildAuthorizationUrl(asked, {
        ...{ redirect_uri, scope: config.scopes.join(" "), code_challenge, code_challenge_method: "S256" },
        ...{ state, nonce },
      });
      return { url: url.href, state };
    },
    async end(query, state) {
      const began = state === undefined ? undefined : await takeBegan(store, state);
      if (state === undefined || !began)
        throw fail("E_ACCOUNTS_PROVIDER", { why: "no sign-in was begun here, or too long ago" });
      const current = new URL(redirect_uri);
      current.search = query.toString();
      const checks = {
        pkceCodeVerifier: began.verifier,
        expectedState: state,
        expectedNonce: began.nonce,
        idTokenExpected: true,
      };
      try {
        const tokens = await client.authorizationCodeGrant(await provider(), current, checks);
        return { user: userOf(tokens.claims(), config), back: began.back };
      } catch (error) {
        if (error instanceof BerthError) throw error;
        throw fail("E_ACCOUNTS_PROVIDER", { why: reasonOf(error) }, { cause: error });
      }
    },
  };
}

async function discover({ issuer, clientId, clientSecretFile }: OidcConfig): Promise<client.Configuration> {
  const secret = clientSecretFile === undefined ? undefined : await readPrivateFile(clientSecretFile, 4096);
  if (clientSecretFile !== undefined && secret === undefined) throw new Error(`${clientSecretFile} does not exist`);
  const method = secret === undefined ? client.None() : client.ClientSecretPost(secret.trim());
  // Plain HTTP passed the configuration's check only for a provider on this machine.
  const execute = issuer.startsWith("http:") ? [client.allowInsecureRequests] : [];
  return client.discovery(new URL(issuer), clientId, undefined, method, { execute, timeout: 10 });
}

// Each state is good for one answer.
async function takeBegan({ db, now }: OidcParts["store"], state: string) {
  const row = await db.deleteFrom("sign_ins").where("hash", "=", hash(state)).returningAll().executeTakeFirst();
  return row && row.expires > now() ? row : undefined;
}

function userOf(claims: Readonly<Record<string, unknown>> | undefined, { userClaim, stripDomain }: OidcConfig): string {
  const claim = claims?.[userClaim];
  if (typeof claim !== "string" || claim === "") throw fail("E_ACCOUNTS_PROVIDER", { why: `it has no ${userClaim}` });
  // Some providers let people write any address into their profile.
  if (userClaim === "email" && claims?.["email_verified"] !== true)
    throw fail("E_ACCOUNTS_PROVIDER", { why: "it does not say that the address was verified" });
  return stripDomain ? claim.replace(/@.*$/, "") : claim;
}

function hash(state: string): string {
  return createHash("sha256").update(state).digest("hex");
}
