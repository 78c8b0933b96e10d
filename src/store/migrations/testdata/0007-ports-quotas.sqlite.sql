create table stack_ports (
     port integer not null, protocol text not null, stack text not null, service text not null, container integer not null,
     primary key (port, protocol));

create index stack_ports_stack on stack_ports (stack);

create table service_quotas (
     kind text not null, subject text not null, limits text not null, by_user text not null, at double precision not null,
     primary key (kind, subject));
