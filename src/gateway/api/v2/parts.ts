// What our own routes need of the other rooms. They call these and nothing behind them.

import type { GatewayConfig } from "../../../site/gateway-config.ts";
import type { Office } from "../../registry/office.ts";
import type { Desk, Principal, Scope } from "../../types.ts";
import type { Authenticate } from "../ask.ts";
import { fail } from "../errors.ts";

/** The parts of the routes under `/v2/`. */
export interface V2Parts {
  readonly desk: Desk;
  readonly authenticate: Authenticate;
  readonly directory: Directory;
  readonly tokens: TokenOffice;
  /** The configuration as it is now: it may be read again while the server runs. */
  readonly config: () => Pick<GatewayConfig, "systems" | "defaultSystem">;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Calls back with the id of every pull whose record changed; answers how to stop it. */
  readonly watch: (listener: (id: string) => void) => () => void;
  /** Of the site's own registry; undefined: it has none. */
  readonly registry?: Office | undefined;
  /** What was judged of images, by digest; undefined: nobody judges. */
  readonly verdicts?: ((digests: readonly string[]) => Promise<ReadonlyMap<string, ToldVerdict>>) | undefined;
}

/** What is told of a verdict. */
export interface ToldVerdict {
  readonly result: "accepted" | "warned" | "refused" | "unknown";
  /** Seconds since 1970. */
  readonly judgedAt: number;
  readonly profile: string;
  /** Of the advisories, ISO 8601; undefined: nobody scanned. */
  readonly databaseDate: string | undefined;
  readonly counts: Readonly<Record<"error" | "warning" | "info" | "style" | "unknown" | "waived", number>>;
  /** Seconds since 1970; the image's own time. */
  readonly builtAt?: number | undefined;
  /** The heaviest first. */
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: "error" | "warning" | "info" | "style";
    readonly certainty: "certain" | "likely" | "person" | "unknown";
    readonly message: string;
    readonly hint?: string | undefined;
    readonly waived?: { readonly by: string; readonly reason: string; readonly until: number | null } | undefined;
  }[];
  readonly release?: { readonly by: string; readonly reason: string; readonly at: number } | undefined;
}

/** Finds people and groups by name; undefined: there is none. */
export interface Directory {
  accountNamed(name: string): Promise<{ readonly uid: number } | undefined>;
  groupNumber(name: string): Promise<number | undefined>;
}

/** Makes and ends tokens; the rules about who may are its own. */
export interface TokenOffice {
  make(who: Principal, wish: TokenWish): Promise<{ readonly secret: string; readonly token: TokenInfo }>;
  list(who: Principal): Promise<readonly TokenInfo[]>;
  revoke(who: Principal, id: string): Promise<void>;
}

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Seconds since 1970; null: until it is revoked. */
  readonly expires: number | null;
}

/** A token without its secret. */
export interface TokenInfo {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly uid: number;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expires: number | null;
  readonly lastUse: number | null;
}

/** The system that a request means: the one it names, else the site's default, else the only one. @throws E_API_SYSTEM */
export function systemOf({ config }: Pick<V2Parts, "config">, named: string | undefined): string {
  if (named !== undefined) return named;
  const { systems, defaultSystem } = config();
  const [first, second] = systems.keys();
  const meant = defaultSystem ?? (second === undefined ? first : undefined);
  if (meant === undefined) throw fail("E_API_SYSTEM", { systems: [...systems.keys()].join(", ") });
  return meant;
}
