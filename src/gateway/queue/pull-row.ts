// The rows of the table `pulls` as records, and back. Knows the columns, not the life of a pull.

import type { Insertable, Selectable } from "kysely";
import type { PullRow } from "../../store/schema.ts";
import type { NewPull } from "../records.ts";
import type { Progress, PullRecord, Status } from "../types.ts";

export type PullRowRead = Selectable<PullRow>;

const NO_PROGRESS: Progress = { done: 0, total: 0, rate: 0 };

/** The record of a row that has `position` others before it. */
export function toRecord(row: PullRowRead, position: number): PullRecord {
  const { uid, gid, import_path: path, import_format: format } = row;
  return {
    id: row.id,
    kind: row.kind === "import" ? "import" : "pull",
    system: row.system,
    itype: row.itype,
    tag: row.tag,
    owner: uid === null ? undefined : { uid, gid: gid ?? uid, user: row.user_name },
    users: JSON.parse(row.acl_users) as readonly number[],
    groups: JSON.parse(row.acl_groups) as readonly number[],
    status: row.status as Status,
    statusMessage: row.status_message,
    progress: JSON.parse(row.progress) as Progress,
    position,
    createdAt: row.created_at,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    finishedAt: row.finished_at,
    importFrom: path === null ? undefined : { path, format: format ?? "" },
    imageId: row.image_id,
    errorCode: row.error_code,
    open: row.open === 1,
  };
}

/** The row of a new request. */
export function toRow(id: string, request: NewPull, now: number, credentials: string | null): Insertable<PullRow> {
  const { kind, system, itype, tag, owner, importFrom } = request;
  return {
    ...{ id, kind, system, itype, tag },
    ...{ uid: owner?.uid ?? null, gid: owner?.gid ?? null, user_name: owner?.user ?? "" },
    acl_users: JSON.stringify(request.users),
    acl_groups: JSON.stringify(request.groups),
    ...{ status: "PENDING", status_message: "", progress: JSON.stringify(NO_PROGRESS) },
    ...{ created_at: now, started_at: null, heartbeat_at: now, finished_at: null },
    ...{ server: null, flight: null, attempts: 0, not_before: 0, cancelled: 0 },
    credentials,
    import_path: importFrom?.path ?? null,
    import_format: importFrom?.format ?? null,
    ...{ image_id: null, error_code: null, open: credentials === null ? 1 : 0 },
  };
}
