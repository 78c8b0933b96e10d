// The tables of berth's server, as SQL has them: one schema for SQLite and PostgreSQL. Times are seconds since 1970 with
// fraction; truth is 0 or 1; lists and objects are JSON in text columns. What rows mean is said by the rooms that own them.

import type { Generated } from "kysely";
import type { AuditRow, SessionRow, SignInRow } from "./schema-accounts.ts";
import type { GateStatementRow } from "./schema-gate.ts";
import type { IdleServiceRow, IdleSpanRow, SpinContainerRow, SpinTimerRow } from "./schema-idle.ts";
import type { ServiceQuotaRow, StackPortRow } from "./schema-ports-quotas.ts";
import type { SecretRow } from "./schema-secrets.ts";
import type { DeploymentRow, StackEventRow, StackOperationRow, StackRow, StackServiceRow } from "./schema-stacks.ts";
import type { WebhookCallRow, WebhookRow } from "./schema-webhooks.ts";

/** Every table of the newest schema version. */
export interface Tables {
  readonly images: ImageRow;
  readonly image_access: ImageAccessRow;
  readonly tags: TagRow;
  readonly tag_history: TagHistoryRow;
  readonly pulls: PullRow;
  readonly flights: FlightRow;
  readonly lookups: LookupRow;
  readonly events: EventRow;
  readonly quotas: QuotaRow;
  readonly pins: PinRow;
  readonly verdicts: VerdictRow;
  readonly gate_statements: GateStatementRow;
  readonly tokens: TokenRow;
  readonly servers: ServerRow;
  readonly registry_teams: RegistryTeamRow;
  readonly registry_namespaces: RegistryNamespaceRow;
  readonly registry_repositories: RegistryRepositoryRow;
  readonly registry_tags: RegistryTagRow;
  readonly stacks: StackRow;
  readonly deployments: DeploymentRow;
  readonly stack_services: StackServiceRow;
  readonly stack_operations: StackOperationRow;
  readonly stack_events: StackEventRow;
  readonly spin_containers: SpinContainerRow;
  readonly spin_timers: SpinTimerRow;
  readonly idle_services: IdleServiceRow;
  readonly idle_spans: IdleSpanRow;
  readonly secrets: SecretRow;
  readonly webhooks: WebhookRow;
  readonly webhook_calls: WebhookCallRow;
  readonly sessions: SessionRow;
  readonly sign_ins: SignInRow;
  readonly audit: AuditRow;
  readonly stack_ports: StackPortRow;
  readonly service_quotas: ServiceQuotaRow;
}

/** An image that is on a system's disk, or was: one per system and id. */
export interface ImageRow {
  key: Generated<number>;
  system: string;
  /** Name of its files without ending: hex of the manifest digest; of imports the pseudo-hash that Shifter uses. */
  id: string;
  itype: string;
  /** `squashfs`, `ext4`, `xfs`. */
  format: string;
  /** READY, QUARANTINED, EXPIRING or EXPIRED. */
  status: string;
  status_message: string;
  /** 1: whoever has no access does not learn that it exists. */
  private: number;
  owner_uid: number | null;
  owner_gid: number | null;
  owner_name: string | null;
  /** True digest: of the platform's manifest; of an import, of the file as published. */
  digest: string;
  /** The reference it was pulled by, in full, or the path it was imported from. */
  source: string;
  /** Bytes of the published image file. */
  bytes: number;
  arch: string;
  os: string;
  /** JSON: array of `K=V`. */
  env: string;
  /** JSON: array or null. */
  entry: string;
  cmd: string;
  workdir: string | null;
  /** JSON: object. */
  labels: string;
  created_at: number;
  last_pull: number;
  last_use: number | null;
  expires: number | null;
}

/** Who besides the owner may read an image. */
export interface ImageAccessRow {
  image_key: number;
  /** `user` or `group`. */
  kind: string;
  number: number;
  /** `acl`: the owner or an admin said so; `pull`: this person's own credentials opened it at the registry. */
  reason: string;
}

export interface TagRow {
  system: string;
  itype: string;
  tag: string;
  image_key: number;
  moved_at: number;
  /** 1: the name was found with credentials: of a public image it is shown only to those who have access besides. */
  private: Generated<number>;
}

export interface TagHistoryRow {
  id: Generated<number>;
  system: string;
  itype: string;
  tag: string;
  /** Null: the tag was taken away. */
  image_id: string | null;
  previous_id: string | null;
  by_uid: number | null;
  by_name: string;
  at: number;
}

/** A request for an image: a pull or an import, from its first word to its end. The queue is the unfinished ones. */
export interface PullRow {
  id: string;
  /** `pull` or `import`. */
  kind: string;
  system: string;
  itype: string;
  tag: string;
  uid: number | null;
  gid: number | null;
  user_name: string;
  /** JSON: arrays of ids asked for, the caller's own among them; empty: no list was given. */
  acl_users: string;
  acl_groups: string;
  /** INIT, PENDING, PULLING, EXAMINATION, CONVERSION, TRANSFER, HASHING, READY, FAILURE. */
  status: string;
  status_message: string;
  /** JSON: `Progress` of src/gateway/types.ts. */
  progress: string;
  created_at: number;
  started_at: number | null;
  heartbeat_at: number;
  /** Null while it is in the queue or at work. */
  finished_at: number | null;
  /** The server that works on it. */
  server: string | null;
  /** The flight whose end it waits for. */
  flight: string | null;
  attempts: number;
  /** Not to be claimed before. */
  not_before: number;
  cancelled: number;
  /** The caller's registry credentials, sealed with the site's key; gone when the pull ends. */
  credentials: string | null;
  /** Of imports: where the file lies, and its format. */
  import_path: string | null;
  import_format: string | null;
  /** The image it ended in. */
  image_id: string | null;
  /** The error's code of a FAILURE. */
  error_code: string | null;
  /** 1: made without registry credentials, so that its name is no secret. */
  open: Generated<number>;
}

/** One fetch and conversion of a digest with certain options, wherever and for however many it runs. */
export interface FlightRow {
  key: string;
  digest: string;
  server: string;
  started_at: number;
  heartbeat_at: number;
}

/** A lookup that found something: what Shifter calls metrics. */
export interface LookupRow {
  id: Generated<number>;
  user_name: string;
  uid: number;
  system: string;
  itype: string;
  tag: string;
  image_id: string;
  at: number;
}

/** What happened, for people and for the audit. */
export interface EventRow {
  id: Generated<number>;
  at: number;
  /** `image.ready`, `image.removed`, `pull.failed`, `acl.changed`, `tag.moved`, `token.made`, … */
  kind: string;
  system: string | null;
  image_id: string | null;
  itype: string | null;
  tag: string | null;
  actor_uid: number | null;
  actor_name: string;
  /** `done` or `refused`. */
  outcome: string;
  /** JSON: object, never with a secret. */
  detail: string;
}

export interface QuotaRow {
  /** `user` or `group`. */
  kind: string;
  /** -1: of everybody without a row of his own. */
  number: number;
  /** Null: no limit. */
  bytes: number | null;
  images: number | null;
}

export interface PinRow {
  image_key: number;
  /** Who needs it: `job:123`. */
  holder: string;
  uid: number | null;
  created_at: number;
  /** Null: until it is taken away. */
  until: number | null;
}

export interface VerdictRow {
  digest: string;
  /** `examiner` or `policy`. */
  judge: string;
  /** `accepted` or `refused`. */
  verdict: string;
  reason: string;
  at: number;
}

export interface TokenRow {
  id: string;
  /** SHA-256 of the secret part. */
  hash: string;
  name: string;
  uid: number;
  gid: number;
  user_name: string;
  /** JSON: array of scopes. */
  scopes: string;
  created_at: number;
  expires: number | null;
  last_use: number | null;
}

export interface ServerRow {
  id: string;
  host: string;
  started_at: number;
  heartbeat_at: number;
}

/** People who own namespaces of the site's registry together. */
export interface RegistryTeamRow {
  name: string;
  /** A group of the name service whose members belong to the team; null: only those listed. */
  directory_group: string | null;
  /** JSON: object of user names and roles, `write` or `admin`. */
  members: string;
  created_at: number;
}

/** What is said of all repositories whose names begin with it. */
export interface RegistryNamespaceRow {
  name: string;
  /** The team that owns it; null: the person that it is named after. */
  team: string | null;
  /** JSON: array of `Grant` of src/gateway/registry/rights.ts. */
  grants: string;
  /** JSON: array of `TagRule` of src/gateway/registry/tag-rules.ts. */
  tag_rules: string;
  created_at: number;
}

/** A repository that something was pushed to. */
export interface RegistryRepositoryRow {
  name: string;
  created_at: number;
  pushed_at: number;
  /** A user's name, as his token said it. */
  pushed_by: string;
}

export interface RegistryTagRow {
  repository: string;
  tag: string;
  digest: string;
  media_type: string;
  /** Of the manifest. */
  bytes: number;
  pushed_at: number;
  pushed_by: string;
}
