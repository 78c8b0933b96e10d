create table images (
     key integer primary key autoincrement, system text not null, id text not null, itype text not null, format text not null,
     status text not null, status_message text not null, private integer not null,
     owner_uid bigint, owner_gid bigint, owner_name text,
     digest text not null, source text not null, bytes bigint not null, arch text not null, os text not null,
     env text not null, entry text not null, cmd text not null, workdir text, labels text not null,
     created_at double precision not null, last_pull double precision not null, last_use double precision,
     expires double precision);

create unique index images_id on images (system, id);

create index images_status on images (system, status, key);

create index images_digest on images (digest);

create index images_owner on images (owner_uid, status);

create index images_expires on images (system, expires) where expires is not null;

create table image_access (
     image_key bigint not null references images (key) on delete cascade,
     kind text not null, number bigint not null, reason text not null,
     primary key (image_key, kind, number, reason));

create index image_access_number on image_access (kind, number, image_key);

create table tags (
     system text not null, itype text not null, tag text not null,
     image_key bigint not null references images (key) on delete cascade,
     moved_at double precision not null, private integer not null default 0,
     primary key (system, itype, tag));

create index tags_image on tags (image_key);

create table tag_history (
     id integer primary key autoincrement, system text not null, itype text not null, tag text not null,
     image_id text, previous_id text, by_uid bigint, by_name text not null, at double precision not null);

create index tag_history_name on tag_history (system, itype, tag, id);

create table pulls (
     id text primary key, kind text not null, system text not null, itype text not null, tag text not null,
     uid bigint, gid bigint, user_name text not null, acl_users text not null, acl_groups text not null,
     status text not null, status_message text not null, progress text not null,
     created_at double precision not null, started_at double precision, heartbeat_at double precision not null,
     finished_at double precision, server text, flight text, attempts integer not null,
     not_before double precision not null, cancelled integer not null, credentials text,
     import_path text, import_format text, image_id text, error_code text, open integer not null default 0);

create unique index pulls_unfinished on pulls (system, itype, tag) where finished_at is null;

create index pulls_name on pulls (system, itype, tag, created_at);

create index pulls_waiting on pulls (created_at, id) where finished_at is null and server is null;

create index pulls_at_work on pulls (server) where finished_at is null and server is not null;

create index pulls_flight on pulls (flight) where flight is not null;

create index pulls_started on pulls (started_at) where started_at is not null;

create index pulls_finished on pulls (status, finished_at) where finished_at is not null;

create table flights (
     key text primary key, digest text not null, server text not null,
     started_at double precision not null, heartbeat_at double precision not null);

create index flights_server on flights (server);

create table servers (
     id text primary key, host text not null,
     started_at double precision not null, heartbeat_at double precision not null);

create table lookups (
     id integer primary key autoincrement, user_name text not null, uid bigint not null, system text not null, itype text not null,
     tag text not null, image_id text not null, at double precision not null);

create index lookups_system on lookups (system, id);

create table events (
     id integer primary key autoincrement, at double precision not null, kind text not null, system text, image_id text, itype text, tag text,
     actor_uid bigint, actor_name text not null, outcome text not null, detail text not null);

create index events_system on events (system, id);

create index events_image on events (image_id, id) where image_id is not null;

create index events_actor on events (actor_uid, id);

create table quotas (
     kind text not null, number bigint not null, bytes bigint, images bigint,
     primary key (kind, number));

create table pins (
     image_key bigint not null references images (key) on delete cascade,
     holder text not null, uid bigint, created_at double precision not null, until double precision,
     primary key (image_key, holder));

create table verdicts (
     digest text not null, judge text not null, verdict text not null, reason text not null,
     at double precision not null,
     primary key (digest, judge));

create table tokens (
     id text primary key, hash text not null, name text not null, uid bigint not null, gid bigint not null,
     user_name text not null, scopes text not null, created_at double precision not null,
     expires double precision, last_use double precision);

create unique index tokens_hash on tokens (hash);

create index tokens_uid on tokens (uid);
