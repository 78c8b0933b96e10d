// What the desk is made of: the rooms behind it, as far as it needs them. A room that a site does not have is undefined, and
// what it would do is refused.

import type { ServiceType } from "../../policy/config.ts";
import type { ExecSession } from "../engine/types.ts";
import type { Stacks } from "../stacks/types.ts";
import type { LogLine } from "../types.ts";
import type { AuditLog } from "./audit.ts";
import { fail } from "./errors.ts";
import type {
  Amounts,
  AuditEntry,
  AuditFilter,
  IdleSpan,
  LogSearch,
  LogWish,
  Page,
  PortClassInfo,
  PortUse,
  QuotaInfo,
  QuotaSubject,
  RouteInfo,
  RuleInfo,
  SignedIn,
  UsageSample,
  WebhookInfo,
} from "./types.ts";

/** Secrets as the desk needs them; whose they are decides the desk. */
export interface SecretRecords {
  list(): Promise<readonly SecretRecord[]>;
  find(names: readonly string[]): Promise<readonly SecretRecord[]>;
  /** @throws when its owner or group would have one too many */
  create(
    secret: {
      readonly name: string;
      readonly description: string;
      readonly owner: { readonly uid: number; readonly user: string };
      readonly value: Buffer;
    },
    by: string,
  ): Promise<SecretRecord>;
  rotate(name: string, value: Buffer, by: string): Promise<SecretRecord>;
  remove(name: string): Promise<void>;
  exchangeKey(): Promise<number>;
}

export interface SecretRecord {
  readonly name: string;
  readonly description: string;
  readonly owner: { readonly uid: number; readonly user: string };
  readonly version: number;
  readonly bytes: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly rotatedAt: number;
  readonly rotatedBy: string;
}

/** Webhooks as records; the keys stay behind it. */
export interface WebhookRecords {
  list(stack: string): Promise<readonly WebhookInfo[]>;
  make(wish: {
    readonly stack: string;
    readonly service: string | undefined;
    readonly description: string;
    readonly by: { readonly uid: number; readonly user: string };
  }): Promise<{ readonly webhook: WebhookInfo; readonly key: string }>;
  remove(stack: string, id: string): Promise<void>;
  /** The webhook of a call whose signature holds. @throws when it does not */
  checked(call: {
    readonly id: string;
    readonly body: Buffer;
    readonly timestamp: string | undefined;
    readonly signature: string | undefined;
  }): Promise<WebhookInfo & { readonly uid: number }>;
}

/** The rooms behind the desk. */
export interface DeskParts {
  readonly stacks: Stacks;
  readonly audit: AuditLog & {
    list?(filter: AuditFilter): Promise<Page<AuditEntry>>;
  };
  readonly rules?: (() => { readonly profile: string; readonly items: readonly RuleInfo[] }) | undefined;
  readonly secrets?: SecretRecords | undefined;
  readonly webhooks?: WebhookRecords | undefined;
  /** Output that is kept beyond its containers; undefined: the engine is asked. */
  readonly readLogs?: ((stack: string, wish: LogWish, signal: AbortSignal) => AsyncIterable<LogLine>) | undefined;
  readonly search?:
    | ((
        wish: LogSearch & { readonly stacks: readonly string[] },
      ) => Promise<{ readonly items: readonly (LogLine & { readonly stack: string })[]; readonly cut: boolean }>)
    | undefined;
  readonly timeline?: ((stack: string, service: string, since: number) => Promise<readonly IdleSpan[]>) | undefined;
  readonly usage?: ((stack: string, since: number) => Promise<readonly UsageSample[]>) | undefined;
  readonly routes?: (() => Promise<readonly RouteInfo[]>) | undefined;
  readonly ports?:
    | (() => Promise<{ readonly items: readonly PortUse[]; readonly classes: readonly PortClassInfo[] }>)
    | undefined;
  readonly quotas?:
    | ((
        subjects: { readonly user: string; readonly uid: number; readonly groups: readonly string[] } | "all",
      ) => Promise<readonly QuotaInfo[]>)
    | undefined;
  readonly setQuota?:
    | ((subject: QuotaSubject, limits: Amounts | undefined, by: string) => Promise<QuotaInfo>)
    | undefined;
  /** Kinds of services, for names of secrets. */
  readonly serviceTypes?: (() => ReadonlyMap<string, ServiceType>) | undefined;
  /** Number of an account. */
  readonly uidOf?: ((user: string) => Promise<number | undefined>) | undefined;
  /** Makes a signed-in person of somebody who is not there: whoever made a webhook. */
  readonly personOf?: ((uid: number, user: string, address: string) => Promise<SignedIn | undefined>) | undefined;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** The part, or a refusal. @throws E_DESK_UNAVAILABLE */
export function offered<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw fail("E_DESK_UNAVAILABLE", { what });
  return part;
}

/** A session whose end is told once; undefined: somebody left before its program ended. */
export function watchedEnd(session: ExecSession, ended: (code: number | undefined) => void): ExecSession {
  let told = false;
  const tell = (code: number | undefined) => {
    if (!told) ended(code);
    told = true;
  };
  return {
    id: session.id,
    output: session.output,
    write: (data) => session.write(data),
    end: () => session.end(),
    resize: (columns, rows) => session.resize(columns, rows),
    close() {
      session.close();
      tell(undefined);
    },
    async wait() {
      const code = await session.wait();
      tell(code);
      return code;
    },
  };
}
