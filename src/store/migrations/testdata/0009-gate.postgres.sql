create table gate_statements (
     digest text primary key, statement text not null, result text not null, policy_hash text not null,
     advisories text not null, judged_at double precision not null);
