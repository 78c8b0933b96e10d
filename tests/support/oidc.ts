// A real OpenID Connect provider on loopback, in this process, and a browser that signs in there.

import { once } from "node:events";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

export interface TestProvider {
  readonly issuer: string;
  stop(): Promise<void>;
}

/** Knows everybody by the name that he writes into its form, and one client. */
export async function startProvider(client: {
  readonly id: string;
  readonly secret: string;
  readonly redirect: string;
  /** By which name of this machine it is called; browsers hold another name for another site. */
  readonly host?: string;
}): Promise<TestProvider> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const issuer = `http://${client.host ?? "127.0.0.1"}:${typeof address === "object" && address ? address.port : 0}`;
  const claims = (sub: string) => ({
    sub,
    preferred_username: sub,
    email: `${sub}@example.org`,
    email_verified: sub === "fred",
  });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirect],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    cookies: { keys: ["test"] },
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email", "email_verified"] },
    // All claims in the identity token: berth asks for nothing else.
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => claims(sub) }),
  });
  server.on("request", provider.callback());
  return {
    issuer,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Goes through the provider's pages as somebody; answers where he is sent in the end. */
export async function signInAt(url: string, issuer: string, user: string): Promise<string> {
  const jar = new Map<string, string>();
  let next: { readonly url: string; readonly form?: string } = { url };
  for (let hops = 0; hops < 20; hops++) {
    if (!next.url.startsWith(issuer)) return next.url;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const { url: at, form } = next;
    const answer = await fetch(at, {
      method: form === undefined ? "GET" : "POST",
      headers: { cookie, ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }) },
      redirect: "manual",
      ...(form === undefined ? {} : { body: form }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location !== null) next = { url: new URL(location, at).href };
    else next = formOf(await answer.text(), at, user);
  }
  throw new Error("the provider sends its guests around in circles");
}

function formOf(html: string, at: string, user: string): { readonly url: string; readonly form: string } {
  const [, action] = /<form[^>]* action="([^"]+)"/.exec(html) ?? [];
  if (action === undefined) throw new Error(`no form at ${at}: ${html.slice(0, 500)}`);
  const [, prompt = "login"] = /name="prompt" value="([^"]+)"/.exec(html) ?? [];
  return {
    url: new URL(action, at).href,
    form: new URLSearchParams({ prompt, login: user, password: "any" }).toString(),
  };
}
