// What facts for the policy are found out from.

import type { Directory } from "../../accounts/types.ts";
import type { PolicyConfig } from "../../policy/config.ts";
import type { StackInfo } from "../../policy/facts.ts";
import type { ProxyRoute } from "../../proxy/types.ts";
import type { Engine, EngineContainer } from "../../services/engine/types.ts";
import type { Ports } from "../../services/ports/port-office.ts";
import type { SecretBook } from "../../services/secrets/secret-book.ts";
import type { AccountsConfig } from "../../site/services/accounts.ts";

/** Where each kind of fact comes from. */
export interface FactSources {
  readonly directory: Directory;
  readonly accounts: AccountsConfig;
  readonly policy: PolicyConfig;
  readonly engine: Pick<Engine, "image" | "volumes" | "networks">;
  /** The containers of a stack as last heard of. */
  readonly containers: (stack: string) => readonly EngineContainer[];
  readonly ports: Pick<Ports, "held">;
  /** The routes of all stacks; `id` begins with the stack's name and a slash. */
  readonly routes: () => readonly Pick<ProxyRoute, "id" | "protocol" | "host" | "listen">[];
  readonly secrets: Pick<SecretBook, "find">;
  /** A stack by its name; undefined: there is none. */
  readonly stack: (name: string) => Promise<StackInfo | undefined>;
  /** Seconds since 1970. */
  readonly now: () => number;
}
