// Rows of this room as records, and back. Pure; rows were written by us, so their JSON is trusted.

import type { Selectable } from "kysely";
import type { DeploymentRow, StackEventRow, StackOperationRow } from "../../store/schema-stacks.ts";
import type { Deployment, StackEvent, StackWish } from "../types.ts";
import type { Operation } from "./types.ts";

/** What a wish says besides its files. */
export type WishRest = Pick<StackWish, "compose" | "variables" | "profiles" | "tags">;

export function deploymentOf(row: Selectable<DeploymentRow>): Deployment {
  return {
    id: row.id,
    stack: row.stack,
    number: Number(row.number),
    kind: row.kind as Deployment["kind"],
    by: { uid: Number(row.by_uid), user: row.by_user },
    at: row.at,
    spec: JSON.parse(row.spec),
    files: JSON.parse(row.files),
    images: JSON.parse(row.images),
    ports: JSON.parse(row.ports),
    findings: JSON.parse(row.findings),
    state: row.state as Deployment["state"],
    message: row.message ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function deploymentRow(deployment: Deployment, wish: WishRest): DeploymentRow {
  const { id, stack, number, kind, by, at, state } = deployment;
  return {
    ...{ id, stack, number, kind, at, state, by_uid: by.uid, by_user: by.user },
    spec: JSON.stringify(deployment.spec),
    files: JSON.stringify(deployment.files),
    wish: JSON.stringify(wish),
    images: JSON.stringify(deployment.images),
    ports: JSON.stringify(deployment.ports),
    findings: findingsText(deployment.findings),
    message: deployment.message ?? null,
    finished_at: deployment.finishedAt ?? null,
  };
}

/** Findings as they are kept: places point into whole files, which are kept already. */
export function findingsText(findings: Deployment["findings"]): string {
  return JSON.stringify(findings.map(({ place: _, ...finding }) => finding));
}

export function operationOf(row: Selectable<StackOperationRow>): Operation {
  return {
    id: row.id,
    stack: row.stack,
    kind: row.kind as Operation["kind"],
    service: row.service ?? undefined,
    by: { uid: Number(row.by_uid), user: row.by_user },
    at: row.at,
    state: row.state as Operation["state"],
    message: row.message ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function eventOf(row: Selectable<StackEventRow>): StackEvent {
  return {
    id: Number(row.id),
    at: row.at,
    stack: row.stack,
    service: row.service ?? undefined,
    kind: row.kind,
    by: row.by_user ?? undefined,
    message: row.message,
  };
}
