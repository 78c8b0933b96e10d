create table sessions (
     hash text primary key, user_name text not null, uid bigint not null, via text not null, token text, address text not null,
     created_at double precision not null, seen_at double precision not null, expires double precision not null);

create index sessions_expires on sessions (expires);

create table sign_ins (
     hash text primary key, verifier text not null, nonce text not null, back text not null,
     expires double precision not null);

create table audit (
     id integer primary key autoincrement, at double precision not null, uid bigint not null, user_name text not null, action text not null,
     object text not null, outcome text not null, detail text, address text);

create index audit_user on audit (user_name, id);

create index audit_object on audit (object, id);

create trigger audit_no_update before update on audit
               begin select raise(abort, 'the audit log is append-only'); end;

create trigger audit_no_delete before delete on audit
               begin select raise(abort, 'the audit log is append-only'); end;
