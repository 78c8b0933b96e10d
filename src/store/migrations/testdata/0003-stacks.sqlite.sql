create table stacks (
     name text primary key, title text not null, owner text not null, group_name text, staff_owner text,
     staff_group text, tags text not null, deployment text, previous text, unconfirmed integer not null, failure text,
     summary text not null, created_at double precision not null, updated_at double precision not null);

create index stacks_owner on stacks (owner);

create table deployments (
     id text primary key, stack text not null references stacks (name) on delete cascade, number integer not null,
     kind text not null, by_uid integer not null, by_user text not null, at double precision not null,
     spec text not null, files text not null, wish text not null, images text not null, ports text not null,
     findings text not null, state text not null, message text, finished_at double precision,
     unique (stack, number));

create table stack_services (
     stack text not null references stacks (name) on delete cascade, service text not null, replicas integer,
     halted text, reason text, at double precision not null,
     primary key (stack, service));

create table stack_operations (
     id text primary key, stack text not null, kind text not null, service text, arguments text not null,
     by_uid integer not null, by_user text not null, at double precision not null, holds text unique,
     server text not null, beat double precision not null, phase text not null, state text not null, message text,
     finished_at double precision);

create index stack_operations_stack on stack_operations (stack, at);

create table stack_events (
     id integer primary key autoincrement, at double precision not null, stack text not null, service text, kind text not null, by_user text,
     message text not null, operation text, detail text);

create index stack_events_stack on stack_events (stack, id);

create index stack_events_operation on stack_events (operation, id);
