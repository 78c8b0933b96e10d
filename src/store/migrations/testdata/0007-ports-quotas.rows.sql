insert into stack_ports values (60007, 'tcp', 'rover', 'db', 5432);
insert into service_quotas values ('user', 'fred', '{"services":3}', 'root', 1.5);
