// Compose files that docker-compose 1.29 and berth must understand alike. `refused`: both do not take it; `differs`: where berth means
// something else on purpose, and why.

export interface Case {
  readonly name: string;
  /** By name; `compose.yml` and `override.yml` are the compose files, in this order. */
  readonly files: Readonly<Record<string, string>>;
  readonly refused?: true;
  readonly differs?: string;
}

const v3 = (services: string, rest = "") => `version: "3.8"\nservices:\n${services}${rest}`;
const v2 = (services: string, rest = "") => `version: "2.4"\nservices:\n${services}${rest}`;
const one = (name: string, lines: string, rest = ""): Case => ({
  name,
  files: { "compose.yml": v3(`  web:\n    image: nginx:1\n${indent(lines)}`, rest) },
});
const two = (name: string, first: string, second: string): Case => ({
  name,
  files: {
    "compose.yml": v3(`  web:\n    image: nginx:1\n${indent(first)}`),
    "override.yml": v3(`  web:\n${indent(second)}`),
  },
});

function indent(lines: string): string {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => `    ${line}\n`)
    .join("");
}

const VARIABLES = "TAG=7\nEMPTY=\nQUOTED=\"a b\"\nSINGLE='c d'\n# comment\nexport WORD=w\n";

const values = (name: string, written: string): Case => ({
  name: `variables: ${name}`,
  files: {
    ".env": VARIABLES,
    "compose.yml": v3(`  web:\n    image: nginx:1\n    environment:\n      A: ${written}\n`),
  },
});

const SINGLE: readonly Case[] = [
  one("a command of one line", "command: sh -c \"echo 'a b' c\"\nentrypoint: /bin/run --all"),
  one("a command of words", 'command: [sh, -c, "echo a"]\nentrypoint: ["/x", "y z"]'),
  one("short ports", 'ports: ["80:8080", "127.0.0.1:81:8081", "9000", "5000-5002:6000-6002/udp", 7000]'),
  one("long ports", "ports:\n  - target: 80\n    published: 8080\n    protocol: udp\n    mode: host\n  - {target: 81}"),
  one("ports of an address of version 6", 'ports: ["[::1]:80:80"]'),
  one("environment as a list", "environment: [A=1, B=x=y, C=]"),
  one("environment as a map", 'environment: {A: 1, B: "01", C: "yes", D: 1.5, E: ""}'),
  one("labels in both forms", "labels: [a.b=c, d]\ndeploy: {replicas: 3}"),
  one("short volumes", "volumes: [data:/data, data2:/x:ro, /abs:/y]", "volumes: {data: , data2: }\n"),
  one(
    "long volumes",
    "volumes:\n  - {type: volume, source: data, target: /d, read_only: true, volume: {nocopy: true}}\n" +
      "  - {type: bind, source: /a, target: /b, bind: {propagation: rslave}}\n  - {type: tmpfs, target: /t, tmpfs: {size: 1000}}",
    "volumes: {data: {driver_opts: {type: nfs, o: addr=1}}}\n",
  ),
  one(
    "a health check of words",
    "healthcheck: {test: [CMD, pg_isready, x], interval: 1m30s, timeout: 10s, retries: 3, start_period: 40s}",
  ),
  one("a health check of one line", "healthcheck: {test: curl -f http://localhost, interval: 2h45m}"),
  one("a health check turned off", "healthcheck: {disable: true}"),
  one("limits of deploy", "deploy: {resources: {limits: {cpus: '0.50', memory: 50M}, reservations: {memory: 20M}}}"),
  one(
    "an update",
    "deploy: {update_config: {parallelism: 2, delay: 10s, order: start-first, failure_action: rollback, monitor: 1m}}",
  ),
  one("a restart policy", "deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}"),
  one("restart and stopping", "restart: on-failure:5\nstop_grace_period: 1m30s\nstop_signal: SIGUSR1\ninit: true"),
  one(
    "ulimits and sysctls",
    "ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}}\nsysctls: [net.core.somaxconn=1024]",
  ),
  one(
    "capabilities, devices and security",
    'cap_add: [ALL]\ncap_drop: [NET_ADMIN]\ndevices: ["/dev/a:/dev/b"]\nsecurity_opt: [label=x]',
  ),
  one(
    "names and addresses",
    'hostname: a\ndomainname: b\ndns: 8.8.8.8\ndns_search: [x, y]\nextra_hosts: ["h:1.2.3.4", "i:5.6.7.8"]',
  ),
  one(
    "user, terminal and folder",
    'user: "1000:1000"\ntty: true\nstdin_open: true\nworking_dir: /w\nread_only: true\nprivileged: true',
  ),
  one(
    "tmpfs, shm_size and logging",
    "tmpfs: [/run, /tmp]\nshm_size: 64M\nlogging: {driver: syslog, options: {syslog-address: tcp://1}}",
  ),
  one(
    "networks with aliases and addresses",
    "networks: {front: {aliases: [a, b]}, back: {ipv4_address: 172.16.238.10}}",
    "networks: {front: {internal: true}, back: {ipam: {config: [{subnet: 172.16.238.0/24}]}}}\n",
  ),
  one(
    "secrets in both forms",
    "secrets: [a, {source: b, target: c, uid: '103', mode: 0440}]",
    "secrets: {a: {external: true}, b: {external: true}}\n",
  ),
  one("an external network with a name", "networks: [out]", "networks: {out: {external: true, name: real}}\n"),
  one("expose and isolation of pids", "expose: ['3000', '8000']\npid: host\nipc: host"),
];

const MERGED: readonly Case[] = [
  two("a later file replaces single values", "hostname: a\ncommand: one two", "hostname: b\ncommand: three"),
  two("a later file adds ports", 'ports: ["80:80"]', 'ports: ["81:81", "80:80"]'),
  two("a later file changes variables", "environment: {A: 1, B: 2}", "environment: [B=3, C=4]"),
  two("a later file changes labels", "labels: [a=1, b=2]", "labels: {b: 3, c: 4}"),
  two("a later file changes a mount", "volumes: [/x:/data, /y:/other]", "volumes: [/z:/data]"),
  two("a later file adds capabilities", "cap_add: [A]\ndns: 1.1.1.1", "cap_add: [B]\ndns: [2.2.2.2]"),
  two("a later file changes a health check", "healthcheck: {test: a, interval: 1s}", "healthcheck: {interval: 2s}"),
  two(
    "a later file changes deploy",
    "deploy: {replicas: 2, resources: {limits: {cpus: '1'}}}",
    "deploy: {replicas: 3}",
  ),
  two(
    "a later file changes logging of the same driver",
    "logging: {driver: a, options: {x: '1'}}",
    "logging: {options: {y: '2'}}",
  ),
  two("a later file changes the logging driver", "logging: {driver: a, options: {x: '1'}}", "logging: {driver: b}"),
  {
    name: "a service extends one of the same file",
    files: {
      "compose.yml": v2(
        "  base: {image: a, environment: {X: 1, Y: 2}, ports: ['1:1']}\n  web: {extends: {service: base}, environment: {Y: 3}}\n",
      ),
    },
    differs: "both services publish one port: docker-compose would fail when it starts the second",
    refused: true,
  },
  {
    name: "a service extends one of another file",
    files: {
      "common/base.yml": v2("  base: {image: a, env_file: vars, labels: {a: b}, command: x}\n"),
      "common/vars": "FROM=base\nBOTH=1\n",
      vars: "BOTH=2\n",
      "compose.yml": v2("  web: {extends: {file: common/base.yml, service: base}, env_file: vars, command: y}\n"),
    },
  },
  {
    name: "anchors and merge keys",
    files: {
      "compose.yml": `version: "3.8"\nx-common: &c {restart: always, environment: &e {A: 1}}\nservices:\n  web:\n    <<: *c\n    image: a\n  db:\n    <<: *c\n    image: b\n    environment: {<<: *e, B: 2}\n`,
    },
  },
  {
    name: "what a service waits for",
    files: {
      "compose.yml": v2(
        "  web: {image: a, depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}}}\n" +
          "  db: {image: b, healthcheck: {test: x}}\n  job: {image: c, depends_on: [db]}\n",
      ),
    },
  },
  {
    name: "legacy limits",
    files: {
      "compose.yml": v2(
        "  web: {image: a, mem_limit: 512m, mem_reservation: 100000, memswap_limit: 1g, cpus: 1.5, cpu_shares: 73, cpuset: '0,1', pids_limit: 99, oom_score_adj: 500}\n",
      ),
    },
  },
  {
    name: "env_file in order, environment above it",
    files: {
      a: "ONE=1\nTWO=a # comment\nTHREE='x y'\n",
      b: 'TWO=b\nexport FOUR="4"\n',
      "compose.yml": v3("  web:\n    image: x\n    env_file: [a, b]\n    environment: {ONE: mine}\n"),
    },
  },
  {
    name: "volumes_from and links",
    files: {
      "compose.yml": v2(
        "  web: {image: a, volumes_from: ['data:ro'], links: ['data:alias']}\n  data: {image: b, volumes: ['/a:/b']}\n",
      ),
    },
  },
];

const FILLED: readonly Case[] = [
  values("plain", "$TAG"),
  values("braces", '"$' + '{TAG}.x"'),
  values("default for empty", '"$' + '{EMPTY:-d}"'),
  values("default for unset only", '"<$' + '{EMPTY-d}>"'),
  values("default of an unset one", '"$' + '{NONE:-a b}"'),
  values("escaped", "$$TAG"),
  values("quotes of .env", '"$' + "{QUOTED}|$" + "{SINGLE}|$" + '{WORD}"'),
  values("required and given", '"$' + '{TAG:?no}"'),
  { ...values("required and empty", '"$' + '{EMPTY:?no}"'), refused: true },
  { ...values("a brace that is not closed", '"$' + '{TAG"'), refused: true },
];

const REFUSED: readonly Case[] = (
  [
    ["an unknown key", v3("  web: {image: a, imagee: b}\n")],
    ["services that are no map", "version: '3'\nservices: [a]\n"],
    ["a service without an image", v3("  web: {command: a}\n")],
    ["a port that is none", v3("  web: {image: a, ports: ['80:x']}\n")],
    ["port ranges of different length", v3("  web: {image: a, ports: ['80-85:80-82']}\n")],
    ["a volume that is not declared", v3("  web: {image: a, volumes: ['data:/x']}\n")],
    ["a dependency that does not exist", v3("  web: {image: a, depends_on: [x]}\n")],
    ["services that wait for each other", v3("  a: {image: a, depends_on: [b]}\n  b: {image: a, depends_on: [a]}\n")],
    ["network_mode with networks", v3("  a: {image: a, network_mode: host, networks: [b]}\n", "networks: {b: }\n")],
    ["a service that extends nothing", v2("  a: {image: a, extends: {service: b}}\n")],
    ["a service that extends itself", v2("  a: {image: a, extends: {service: a}}\n")],
    ["an env_file that is not there", v3("  a: {image: a, env_file: nowhere}\n")],
    ["no YAML", "services: {a: [}\n"],
  ] as const
).map(([name, text]) => ({ name: `refused: ${name}`, files: { "compose.yml": text }, refused: true }));

/** docker-compose finds these only when it starts the stack. */
const LATER: readonly Case[] = (
  [
    ["a network that is not declared", v3("  web: {image: a, networks: [x]}\n")],
    ["a secret that is not declared", v3("  web: {image: a, secrets: [x]}\n")],
    ["a duration that is none", v3("  a: {image: a, stop_grace_period: soon}\n")],
  ] as const
).map(([name, text]) => ({
  name: `refused: ${name}`,
  files: { "compose.yml": text },
  refused: true,
  differs: "docker-compose finds it when it starts the stack",
}));

/** All cases. */
export const CASES: readonly Case[] = [...SINGLE, ...MERGED, ...FILLED, ...REFUSED, ...LATER];
