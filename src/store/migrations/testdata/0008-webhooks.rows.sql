insert into webhooks values ('0123456789abcdef', 'rover', null, 'CI', 501, 'fred', 'v1.0123456789abcdef.a.b', 1.5, 2.5);
insert into webhook_calls values ('0123456789abcdef v1=00', 2.5);
