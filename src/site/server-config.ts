// What `berth serve` and the clients of a gateway are told by the site's configuration, whichever form it was read from.
// Plain data: knows no file format.

import type { AdvisoriesConfig } from "./advisories.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import type { ServicesConfig } from "./services/services.ts";

/** The whole configuration of a server. */
export interface SiteServerConfig {
  /** Where it was read from. */
  readonly file: string;
  /** `shifter`: imagemanager.json; `site`: berth's own site.yaml. */
  readonly form: "shifter" | "site";
  /** What is odd in it and does not keep the server from starting; each with its place (`file:line:column: …`). */
  readonly warnings: readonly string[];
  readonly server: ServerConfig;
  /** With no systems: the site has no gateway. */
  readonly gateway: GatewayConfig;
  /** Undefined: the site has no registry of its own. */
  readonly registry?: SiteRegistryConfig | undefined;
  /** Undefined: the site runs no services. */
  readonly services?: ServicesConfig | undefined;
  /** Where the site keeps what is known of flaws. */
  readonly advisories?: AdvisoriesConfig | undefined;
}

/** The site's own registry: berth is its token service and its front, the registry itself a program beside it. */
export interface SiteRegistryConfig {
  /** Where the registry program listens. */
  readonly backend: ListenAddress;
  /** The gateway as clients reach it: `https://gateway.example:5000`. */
  readonly publicUrl: string;
  /** The gateway as the registry program reaches it. */
  readonly internalUrl: string;
  /** Where the registry keeps what is pushed. */
  readonly storageDir: string;
  /** What tokens are for, and who makes them. */
  readonly service: string;
  readonly issuer: string;
  /** The registry's own host name on a server that has others; undefined: `/v2/` is its alone. */
  readonly host: string | undefined;
  /** Folder of the tokens' key and certificate, and of the secret of notifications. */
  readonly keyDir: string;
  readonly tagRules: readonly SiteTagRule[];
}

/** Which tags of all repositories stay what they are, and which may move. */
export interface SiteTagRule {
  /** With `*` and `?`, or `semver`. */
  readonly pattern: string;
  readonly kind: "immutable" | "moving";
}

export interface ServerConfig {
  readonly listen: ListenAddress;
  readonly database: DatabaseConfig;
  /** Addresses or networks (CIDR) of proxies whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  /** Folder for what the server has to remember besides the database. */
  readonly stateDir: string;
  /** How long a stopping server waits for the work under way, in milliseconds. */
  readonly stopMs: number;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string; readonly passwordFile: string | undefined };

/** What programs of users need to find a gateway. */
export interface ClientConfig {
  /** Base URLs without a slash at the end; tried in any order. */
  readonly gateways: readonly string[];
  /** The system whose images are meant. */
  readonly system: string | undefined;
  /** Milliseconds to wait for an answer; 0: for ever. */
  readonly timeoutMs: number;
  /** Type of images whose name has none. */
  readonly imageType: string;
  /** Where munged listens. */
  readonly mungeSocket: string | undefined;
}
