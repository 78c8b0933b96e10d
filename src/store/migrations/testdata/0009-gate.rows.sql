insert into gate_statements values ('sha256:aa', '{}', 'warned', 'ab', 'sha256:bb', 1.5);
