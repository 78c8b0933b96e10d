// All migrations in their order, compiled in: a program carries every step from the first released schema.

import { migration as gateway } from "./0001-gateway.ts";
import { migration as registry } from "./0002-registry.ts";
import { migration as idle } from "./0005-idle.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [gateway, registry, idle];
