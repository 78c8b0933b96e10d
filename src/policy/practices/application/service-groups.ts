// Which packages and ports belong to which kind of service (spec/policy.md 1.3). Two of one kind are one application.

/** Kinds of services with the packages that bring them; clients, libraries and tools do not count. */
const PACKAGES: readonly (readonly [group: string, packages: RegExp])[] = [
  ["web", /^(apache2|httpd|nginx(-(core|full|light|extras|mainline|plus))?|openresty|lighttpd|caddy)$/],
  [
    "db",
    /^((mysql|mariadb)-(community-)?server(-[\d.]+)?|mysql|mariadb|postgresql(-?[\d.]+)?(-server)?|mongodb([\d.]+|-(org|server).*)?|percona-server.*|couchdb|influxdb2?|neo4j)$/,
  ],
  ["cache", /^(redis([\d.]+|-server|-stack.*)?|valkey(-server)?|memcached|keydb|varnish)$/],
  ["mail", /^(postfix|exim4?(-daemon-.*)?|sendmail|dovecot(-.*)?|opensmtpd|cyrus-imapd)$/],
  ["queue", /^(rabbitmq-server|activemq|kafka|mosquitto|nats-server|beanstalkd|zookeeperd?)$/],
  ["php-fpm", /^php[\d.]*-fpm[\d.]*$/],
  ["cron", /^(cron|cronie|dcron|anacron|cronie-anacron|bcron|fcron|systemd-cron)$/],
  ["log", /^(rsyslog|syslog-ng(-core)?|busybox-syslogd|inetutils-syslogd)$/],
];

/** Well-known ports of the same kinds. */
const PORTS: readonly (readonly [group: string, ports: readonly number[]])[] = [
  ["web", [80, 443, 3000, 5000, 8000, 8008, 8080, 8081, 8443, 8888]],
  ["db", [1433, 1521, 3306, 5432, 5984, 7474, 8086, 9042, 27_017]],
  ["cache", [6379, 11_211]],
  ["mail", [25, 110, 143, 465, 587, 993, 995]],
  ["queue", [1883, 2181, 4222, 5672, 9092, 11_300, 61_616]],
  ["php-fpm", [9000]],
  ["log", [514]],
  ["shell", [22, 23]],
  ["directory", [389, 636]],
];

/** The kind of service that a package brings; undefined: none. */
export function serviceGroup(name: string): string | undefined {
  return PACKAGES.find(([, packages]) => packages.test(name))?.[0];
}

/** The kind of service that a port is known for; undefined: none. */
export function portGroup(port: number): string | undefined {
  return PORTS.find(([, ports]) => ports.includes(port))?.[0];
}
