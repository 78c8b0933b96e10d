// The desk's parts about secrets and about the site as a whole.

import type { Finding } from "../../policy/types.ts";
import type { Deployment } from "../types.ts";
import type { Page, SignedIn } from "./types.ts";

// ---- secrets ----------------------------------------------------------------------------------------------------------

export interface SecretUse {
  readonly stack: string;
  readonly service: string;
}

/** A secret without its value. */
export interface SecretInfo {
  readonly name: string;
  readonly description: string;
  /** Name of the account. */
  readonly owner: string;
  readonly version: number;
  readonly bytes: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly rotatedAt: number;
  readonly rotatedBy: string;
  readonly usedBy: readonly SecretUse[];
}

export interface SecretWish {
  readonly name: string;
  readonly description: string;
  readonly value: Buffer;
}

export interface SecretDesk {
  list(who: SignedIn): Promise<readonly SecretInfo[]>;
  show(who: SignedIn, name: string): Promise<SecretInfo>;
  create(who: SignedIn, wish: SecretWish): Promise<SecretInfo>;
  rotate(
    who: SignedIn,
    name: string,
    value: Buffer,
    options: { readonly restart: boolean },
  ): Promise<{ readonly secret: SecretInfo; readonly restarted: readonly SecretUse[] }>;
  remove(who: SignedIn, name: string): Promise<void>;
  /** A new key of the site closes everything; answers how many secrets. For operators and administrators. */
  exchangeKey(who: SignedIn): Promise<number>;
}

// ---- the site ---------------------------------------------------------------------------------------------------------

export interface RouteInfo {
  readonly stack: string;
  readonly service: string;
  readonly url: string;
  readonly host: string;
  readonly path: string;
  readonly port: number;
  readonly protocol: "http" | "tcp";
  readonly listen?: number | undefined;
  readonly tls: "redirect" | "both" | "none";
  readonly auth: "none" | "user" | "group" | "owner";
  readonly state: "ready" | "asleep" | "waking" | "down";
  readonly reason?: string | undefined;
  readonly backends: number;
  readonly certificate?: string | undefined;
}

export interface PortUse {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly stack: string;
  readonly service: string;
  readonly container: number;
  readonly class: string;
  readonly reach: string;
}

export interface PortClassInfo {
  readonly name: string;
  readonly ports: string;
  readonly reach: string;
  readonly free: number;
}

export interface Amounts {
  readonly stacks?: number | undefined;
  readonly services?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly ports?: number | undefined;
  readonly secrets?: number | undefined;
}

/** A person or a group, by name. */
export interface QuotaSubject {
  readonly kind: "user" | "group";
  readonly name: string;
}

export interface QuotaInfo {
  readonly kind: "user" | "group";
  readonly subject: string;
  readonly limits: Amounts;
  readonly used: Amounts;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly object: string;
  readonly outcome: "ok" | "refused" | "failed";
  readonly detail?: string | undefined;
  readonly address?: string | undefined;
}

export interface AuditFilter {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly who?: string | undefined;
  readonly object?: string | undefined;
  readonly action?: string | undefined;
}

export interface WebhookInfo {
  readonly id: string;
  readonly stack: string;
  readonly service: string | undefined;
  readonly description: string;
  readonly by: string;
  readonly createdAt: number;
  readonly lastUse: number | undefined;
}

export interface RuleInfo {
  readonly rule: string;
  readonly about: string;
  readonly title: string;
  readonly severity: Finding["severity"] | "off";
  readonly good?: string | undefined;
  readonly bad?: string | undefined;
  readonly message?: string | undefined;
}

/** A call of a webhook as it came in. */
export interface WebhookCall {
  readonly id: string;
  readonly body: Buffer;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly address: string;
}

/** What belongs to the site as a whole. */
export interface SiteDesk {
  routes(who: SignedIn): Promise<readonly RouteInfo[]>;
  ports(who: SignedIn): Promise<{ readonly items: readonly PortUse[]; readonly classes: readonly PortClassInfo[] }>;
  quotas(who: SignedIn): Promise<readonly QuotaInfo[]>;
  /** Gives somebody limits of his own; undefined: the site's count again. Operators and administrators. */
  setQuota(who: SignedIn, subject: QuotaSubject, limits: Amounts | undefined): Promise<QuotaInfo>;
  /** Operators and admins all, everybody else what he did himself. */
  audit(who: SignedIn, filter: AuditFilter): Promise<Page<AuditEntry>>;
  rules(who: SignedIn): Promise<{ readonly profile: string; readonly items: readonly RuleInfo[] }>;
  webhooks(who: SignedIn, stack: string): Promise<readonly WebhookInfo[]>;
  makeWebhook(
    who: SignedIn,
    stack: string,
    wish: { readonly service?: string | undefined; readonly description: string },
  ): Promise<{ readonly webhook: WebhookInfo; readonly key: string }>;
  removeWebhook(who: SignedIn, stack: string, id: string): Promise<void>;
  /** Does what the webhook is for, when its signature holds. */
  called(call: WebhookCall): Promise<Deployment>;
}
