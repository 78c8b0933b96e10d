create table registry_teams (
     name text primary key, directory_group text, members text not null, created_at double precision not null);

create table registry_namespaces (
     name text primary key, team text, grants text not null, tag_rules text not null,
     created_at double precision not null);

create table registry_repositories (
     name text primary key, created_at double precision not null, pushed_at double precision not null,
     pushed_by text not null);

create table registry_tags (
     repository text not null references registry_repositories (name) on delete cascade, tag text not null,
     digest text not null, media_type text not null, bytes bigint not null,
     pushed_at double precision not null, pushed_by text not null,
     primary key (repository, tag));

create index registry_tags_digest on registry_tags (repository, digest);
