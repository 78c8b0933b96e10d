insert into secrets values ('db.rover.password', 'owner:fred', 501, 'fred', 2, 'v1.0123456789abcdef.a.b', 8, 1.5, 'fred', 2.5, 'wilma');
