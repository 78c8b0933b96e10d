-- Rows as version 5 writes them besides those of the versions before.
insert into spin_containers (id, site, name, image, status, ssh_port, app_port, ports, active, reported_at, run, created_at) values ('aa11', 'berth', 'calm_bay', 'sd-postgres', 'running', '49153', '49154', '{"22":49153,"5432":49154}', '0', null, 1800000008.25, 1800000008);
insert into spin_timers (container, site, run, due, final) values ('aa11', 'berth', 1800000008.25, 1800007208.25, 0);
insert into idle_services (stack, service, last_use, asleep_since) values ('rover', 'web', 1800000009.5, null);
insert into idle_spans (stack, service, at, activity, because) values ('rover', 'web', 1800000009.5, 'active', '3 open connections');
