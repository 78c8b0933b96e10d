// Which certificate a client gets: by the name that it asks for in the handshake. A new table exchanges them; connections
// under way keep what they have.

import { createSecureContext, type SecureContext } from "node:tls";
import { afterFirstLabel } from "../routing/compile.ts";
import type { ProxyTable } from "../types.ts";

interface Shelved {
  readonly certificate: string;
  readonly key: string;
  context: SecureContext | undefined;
}

/** The certificates of the table. */
export class Certificates {
  #byHost = new Map<string, Shelved>();
  #first: Shelved | undefined;

  /** Takes a table's; those that are as before keep their context (and with it the sessions of clients). */
  replace(certificates: ProxyTable["certificates"]): void {
    const before = new Map([...this.#byHost.values()].map((shelved) => [shelved.certificate + shelved.key, shelved]));
    const byHost = new Map<string, Shelved>();
    const all: Shelved[] = [];
    for (const { hosts, certificate, key } of certificates) {
      const shelved = before.get(certificate + key) ?? { certificate, key, context: undefined };
      all.push(shelved);
      // The first that names a host counts.
      for (const host of hosts) if (!byHost.has(host.toLowerCase())) byHost.set(host.toLowerCase(), shelved);
    }
    this.#byHost = byHost;
    this.#first = all[0];
  }

  /** For a name; undefined: there is none. @throws what OpenSSL says of a certificate that cannot be used */
  find(name: string): SecureContext | undefined {
    const host = name.toLowerCase();
    return contextOf(this.#byHost.get(host) ?? this.#byHost.get(`*${afterFirstLabel(host)}`));
  }

  /** For clients that name nobody; PEM. */
  first(): { readonly cert: string; readonly key: string } | undefined {
    return this.#first && { cert: this.#first.certificate, key: this.#first.key };
  }
}

// Made when somebody asks: a site has more names than are in use at once.
function contextOf(shelved: Shelved | undefined): SecureContext | undefined {
  if (!shelved) return undefined;
  shelved.context ??= createSecureContext({ cert: shelved.certificate, key: shelved.key, minVersion: "TLSv1.2" });
  return shelved.context;
}
