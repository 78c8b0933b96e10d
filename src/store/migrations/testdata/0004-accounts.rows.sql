insert into sessions values ('ab', 'fred', 501, 'token', '0123456789abcdef', '192.0.2.1', 1.5, 2.5, 3.5);
insert into sign_ins values ('cd', 'verifier', 'nonce', '/ui/', 4.5);
insert into audit (id, at, uid, user_name, action, object, outcome, detail, address) values (1, 1.5, 501, 'fred', 'stack.up', 'stack/rover', 'ok', null, '192.0.2.1');
