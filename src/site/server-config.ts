// What `berth serve` and the clients of a gateway are told by the site's configuration, whichever form it was read from.
// Plain data: knows no file format.

import type { GatewayConfig } from "./gateway-config.ts";

/** The whole configuration of a server. */
export interface SiteServerConfig {
  /** Where it was read from. */
  readonly file: string;
  /** `shifter`: imagemanager.json; `site`: berth's own site.yaml. */
  readonly form: "shifter" | "site";
  /** What is odd in it and does not keep the server from starting; each with its place (`file:line:column: …`). */
  readonly warnings: readonly string[];
  readonly server: ServerConfig;
  readonly gateway: GatewayConfig;
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
