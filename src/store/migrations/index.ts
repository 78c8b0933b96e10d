// All migrations in their order, compiled in: a program carries every step from the first released schema.

import { migration as gateway } from "./0001-gateway.ts";
import { migration as registry } from "./0002-registry.ts";
import { migration as stacks } from "./0003-stacks.ts";
import { migration as accounts } from "./0004-accounts.ts";
import { migration as idle } from "./0005-idle.ts";
import { migration as secrets } from "./0006-secrets.ts";
import { migration as portsQuotas } from "./0007-ports-quotas.ts";
import { migration as webhooks } from "./0008-webhooks.ts";
import { migration as gate } from "./0009-gate.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [
  gateway,
  registry,
  stacks,
  accounts,
  idle,
  secrets,
  portsQuotas,
  webhooks,
  gate,
];
