-- Rows as version 1 writes them, in words that both databases understand.
insert into images (key, system, id, itype, format, status, status_message, private, owner_uid, owner_gid, owner_name, digest, source, bytes, arch, os, env, entry, cmd, workdir, labels, created_at, last_pull, last_use, expires)
  values (7, 'mycluster', 'aa11', 'docker', 'squashfs', 'READY', '', 1, 1000, 1000, 'ann', 'sha256:aa11', 'registry.example/a/b:1', 123456789012, 'amd64', 'linux', '["PATH=/bin"]', 'null', '["sh"]', '/data', '{"a":"b"}', 1799999999.5, 1800000000.25, null, 1900000000);
insert into image_access (image_key, kind, number, reason) values (7, 'user', 1000, 'pull'), (7, 'group', 200, 'acl');
insert into tags (system, itype, tag, image_key, moved_at, private) values ('mycluster', 'docker', 'a/b:1', 7, 1800000000.25, 1);
insert into tag_history (id, system, itype, tag, image_id, previous_id, by_uid, by_name, at) values (3, 'mycluster', 'docker', 'a/b:1', 'aa11', null, 1000, 'ann', 1800000000.25);
insert into pulls (id, kind, system, itype, tag, uid, gid, user_name, acl_users, acl_groups, status, status_message, progress, created_at, started_at, heartbeat_at, finished_at, server, flight, attempts, not_before, cancelled, credentials, import_path, import_format, image_id, error_code, open)
  values ('p1', 'pull', 'mycluster', 'docker', 'a/b:1', 1000, 1000, 'ann', '[1000]', '[]', 'PULLING', 'layer 1 of 2', '{"done":1,"total":2,"rate":3}', 1800000000, 1800000001, 1800000002, null, 's1', null, 1, 0, 0, 'v1.sealed', null, null, null, null, 0);
insert into flights (key, digest, server, started_at, heartbeat_at) values ('k', 'sha256:aa11', 's1', 1800000001, 1800000002);
insert into servers (id, host, started_at, heartbeat_at) values ('s1', 'node1', 1799990000, 1800000002);
insert into lookups (id, user_name, uid, system, itype, tag, image_id, at) values (1, 'ann', 1000, 'mycluster', 'docker', 'a/b:1', 'aa11', 1800000003);
insert into events (id, at, kind, system, image_id, itype, tag, actor_uid, actor_name, outcome, detail) values (5, 1800000003, 'image.ready', 'mycluster', 'aa11', 'docker', 'a/b:1', 1000, 'ann', 'done', '{}');
insert into quotas (kind, number, bytes, images) values ('user', -1, 1000000000000, null);
insert into pins (image_key, holder, uid, created_at, until) values (7, 'job:1', 1000, 1800000004, null);
insert into verdicts (digest, judge, verdict, reason, at) values ('sha256:aa11', 'examiner', 'accepted', '', 1800000004);
insert into tokens (id, hash, name, uid, gid, user_name, scopes, created_at, expires, last_use) values ('t1', 'hash', 'laptop', 1000, 1000, 'ann', '["read"]', 1800000004, null, null);
