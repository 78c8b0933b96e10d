create table webhooks (
     id text primary key, stack text not null, service text, description text not null, by_uid bigint not null,
     by_user text not null, sealed text not null, created_at double precision not null, last_use double precision);

create index webhooks_stack on webhooks (stack);

create table webhook_calls (signature text primary key, at double precision not null);
