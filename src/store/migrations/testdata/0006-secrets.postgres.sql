create table secrets (
     name text primary key, description text not null, owner_uid bigint not null, owner_name text not null,
     version integer not null, sealed text not null, bytes bigint not null,
     created_at double precision not null, created_by text not null,
     rotated_at double precision not null, rotated_by text not null);

create index secrets_owner on secrets (owner_uid);
