// Tables of the room services/stacks: what is wanted, what was deployed, what is being done, what happened. What runs is
// not here: the engine's labels say that. Times are seconds since 1970 with fraction.

import type { Generated } from "kysely";

/** A stack that somebody wants to have. */
export interface StackRow {
  name: string;
  title: string;
  owner: string;
  group_name: string | null;
  staff_owner: string | null;
  staff_group: string | null;
  /** JSON: object. */
  tags: string;
  /** The deployment that counts; null before the first has found its images. */
  deployment: string | null;
  /** The one before, which a rollback goes to; null: there is none. */
  previous: string | null;
  /** 1: upgraded, and its old containers are kept until somebody confirms. */
  unconfirmed: number;
  /** Why the last deployment failed; null: it did not. */
  failure: string | null;
  /** JSON: array of `ServiceSummary`, so that lists need no specs. */
  summary: string;
  created_at: number;
  updated_at: number;
}

export interface DeploymentRow {
  id: string;
  stack: string;
  /** Counts from 1 within the stack. */
  number: number;
  /** `up`, `upgrade`, `rollback`, `edit`. */
  kind: string;
  by_uid: number;
  by_user: string;
  at: number;
  /** JSON: `StackSpec`. */
  spec: string;
  /** JSON: array of `RecipeFile`. */
  files: string;
  /** JSON: which files are compose files, variables, profiles, tags: the rest of the wish. */
  wish: string;
  /** JSON: object of `ResolvedImage` by service. */
  images: string;
  /** JSON: object of host ports by `SERVICE/PORT/PROTOCOL`. */
  ports: string;
  /** JSON: array of `Finding`. */
  findings: string;
  /** `planned`, `under way`, `upgraded`, `done`, `failed`, `rolled back`, `interrupted`. */
  state: string;
  message: string | null;
  finished_at: number | null;
}

/** What differs from a service's spec by people's or the sweep's will. No row: nothing. */
export interface StackServiceRow {
  stack: string;
  service: string;
  /** Containers instead of the spec's. */
  replicas: number | null;
  /** `stopped` by somebody, `asleep` or `paused` because nobody used it; null: it is to run. */
  halted: string | null;
  reason: string | null;
  at: number;
}

export interface StackOperationRow {
  id: string;
  stack: string;
  kind: string;
  service: string | null;
  /** JSON: what it needs besides to be taken up again. */
  arguments: string;
  by_uid: number;
  by_user: string;
  at: number;
  /** The stack's name while it is under way, then null: unique, so that there is one at a time. */
  holds: string | null;
  /** The server that carries it out, and its last sign of life. */
  server: string;
  beat: number;
  /** `resolving`, `applying`, `rolling back`. */
  phase: string;
  /** `under way`, `done`, `failed`, `rolled back`. */
  state: string;
  message: string | null;
  finished_at: number | null;
}

export interface StackEventRow {
  id: Generated<number>;
  at: number;
  stack: string;
  service: string | null;
  kind: string;
  by_user: string | null;
  message: string;
  /** The operation that it belongs to. */
  operation: string | null;
  /** JSON of `StepReport` for steps; null for the rest. */
  detail: string | null;
}
