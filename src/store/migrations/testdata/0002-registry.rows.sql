-- Rows as version 2 writes them besides those of version 1.
insert into registry_teams (name, directory_group, members, created_at) values ('bio', 'biogrp', '{"ann":"admin"}', 1800000005);
insert into registry_namespaces (name, team, grants, tag_rules, created_at) values ('bio', 'bio', '[]', '[]', 1800000005);
insert into registry_repositories (name, created_at, pushed_at, pushed_by) values ('bio/tool', 1800000006, 1800000007.5, 'ann');
insert into registry_tags (repository, tag, digest, media_type, bytes, pushed_at, pushed_by) values ('bio/tool', '1', 'sha256:aa11', 'application/vnd.oci.image.manifest.v1+json', 123456789012, 1800000007.5, 'ann');
