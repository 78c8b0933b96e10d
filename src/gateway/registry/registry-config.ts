// Writes the configuration of the Distribution registry (2.8) that stands behind the gateway: tokens are ours, what
// happens is told to us, and nobody else on the machine reaches it.

import { stringify } from "../../base/yaml.ts";
import type { BackendAddress } from "./backend.ts";
import { EVENTS_PATH } from "./events-route.ts";
import { TOKEN_PATH } from "./token-routes.ts";

/** What the configuration is made of. */
export interface RegistryConfigParts {
  /** Where the registry keeps what is pushed. */
  readonly storageDir: string;
  readonly listen: BackendAddress;
  /** The gateway as clients reach it: `https://gateway.example:5000`. */
  readonly publicUrl: string;
  /** The gateway as the registry reaches it; the public one unless it is said. */
  readonly internalUrl?: string | undefined;
  readonly service: string;
  readonly issuer: string;
  /** `Signer.certificate` */
  readonly certificate: string;
  /** The shared secret of notifications. */
  readonly eventsSecret: string;
  /** Shared by several registries over one storage; any random text. */
  readonly httpSecret: string;
}

/** The text of `config.yml`. It holds secrets: only the registry's account may read it. */
export function registryConfig(parts: RegistryConfigParts): string {
  const { listen } = parts;
  const where = listen.kind === "unix" ? { net: "unix", addr: listen.path } : { addr: `${listen.host}:${listen.port}` };
  const inside = parts.internalUrl ?? parts.publicUrl;
  return stringify({
    version: 0.1,
    // At "info" it would write the secret of the notifications into its log; requests are in the gateway's.
    log: { level: "warn", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: parts.storageDir },
      delete: { enabled: true },
      cache: { blobdescriptor: "inmemory" },
    },
    // Relative: people reach the registry by the gateway's name.
    http: { ...where, relativeurls: true, secret: parts.httpSecret },
    auth: {
      token: {
        realm: new URL(TOKEN_PATH, parts.publicUrl).href,
        service: parts.service,
        issuer: parts.issuer,
        rootcertbundle: parts.certificate,
      },
    },
    notifications: {
      endpoints: [
        {
          name: "berth",
          url: new URL(EVENTS_PATH, inside).href,
          headers: { Authorization: [`Bearer ${parts.eventsSecret}`] },
          timeout: "5s",
          threshold: 3,
          backoff: "1s",
          ignore: { actions: ["pull", "mount"], mediatypes: ["application/octet-stream"] },
        },
      ],
    },
  });
}
