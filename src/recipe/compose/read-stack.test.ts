import { describe, expect, test } from "vitest";
import { codeFrame } from "../../base/source.ts";
import { readTexts, saidOf, servicesOf, specOf, textAt, webOf, webText } from "./testing.ts";

const braced = (inner: string) => `$\{${inner}}`;
const errorsOf = (lines: string, rest = "") => saidOf(readTexts({ "compose.yml": webText(lines, rest) }), "error");
const warningsOf = (lines: string, rest = "") => saidOf(readTexts({ "compose.yml": webText(lines, rest) }), "warning");

describe("a key of a compose file", () => {
  test.each([
    ["imagee: x", "imagee is no key of a service"],
    ["healthcheck: {tests: x}", "tests is no key of healthcheck"],
    ["ports: [{target: 80, publish: 1}]", "publish is no key of ports"],
    ["build: .", "build cannot be honoured: services run images that are built already"],
    [
      "mac_address: 02:42:ac:11:65:43",
      "mac_address cannot be honoured: addresses of network cards are the engine's to give",
    ],
    [
      "post_start: [{command: x}]",
      "post_start cannot be honoured: programs beside a container's own are not started in it",
    ],
    ["x-berth: {route: []}", "route is no key of x-berth of a service"],
    ["x-berth: {idle: {after: 1h, wakes: true}}", "wakes is no key of idle"],
  ])("that is unknown or cannot be honoured is an error: %s", (lines, message) => {
    expect(errorsOf(lines)).toContain(message);
  });

  test("that is unknown is met with the one that was meant, at its place", () => {
    const { notes } = readTexts({ "compose.yml": webText("enviroment: {A: b}") });
    const note = notes.find(({ severity }) => severity === "error");
    expect(note).toMatchObject({ hint: "did you mean environment?", pointer: "/services/web/enviroment" });
    expect(note?.place && codeFrame(note.place)).toContain("> 4 |     enviroment: {A: b}");
  });

  test.each([
    ["attach: true", "attach has no effect: a stack runs without a terminal"],
    ["deploy: {placement: {constraints: [a]}}", "placement has no effect: a stack runs on one machine"],
    ["metadata: {a: b}", "metadata has no effect: there is no metadata service"],
  ])("without effect is stated: %s", (lines, message) => expect(warningsOf(lines)).toContain(message));

  test("of others, with x-, is left alone", () => expect(errorsOf("x-other: {anything: 1}", "x-top: 1")).toEqual([]));
});

describe("places", () => {
  test("lead through anchors, extended services and later files to the file where a part is written", () => {
    const { spec, places } = readTexts({
      "compose.yml":
        "x-x: &x {TZ: utc}\nservices:\n  web: {extends: {file: base/b.yml, service: b}, environment: *x}\n",
      "base/b.yml": "services: {b: {image: nginx:1, cap_drop: [ALL]}}",
      "override.yml": "services: {web: {image: nginx:2}}",
    });
    expect(spec).toBeDefined();
    const at = (pointer: string) => [places.get(pointer)?.source.name, textAt(places.get(pointer))];
    expect(at("/services/web/image")).toEqual(["override.yml", "nginx:2"]);
    expect(at("/services/web/environment/TZ")).toEqual(["compose.yml", "utc"]);
    expect(at("/services/web/security/capDrop/0")).toEqual(["base/b.yml", "ALL"]);
  });

  test("of mistakes in an extended file are in that file, and said once", () => {
    const { notes } = readTexts({
      "compose.yml": "services: {a: {extends: &e {file: b.yml, service: b}}, c: {extends: *e}}",
      "b.yml": "services: {b: {image: x, stop_grace_period: soon, restart: always}}",
    });
    expect(notes).toHaveLength(1);
    expect([notes[0]?.place?.source.name, textAt(notes[0]?.place)]).toEqual(["b.yml", "soon"]);
  });
});

describe("several files", () => {
  test("are merged by the specification's rules, with !reset and !override", () => {
    const spec = specOf({
      "compose.yml": webText("ports: ['1:1']\nenvironment: {A: 1, B: 2}\ndns: [a]\ncommand: x\nlabels: {a: b}"),
      "override.yml":
        "services: {web: {ports: !override ['2:2'], environment: {A: !reset null, C: 3}, dns: [b], labels: !reset {}}}",
    });
    expect(spec.services[0]).toMatchObject({
      ports: [{ container: 2, host: 2 }],
      environment: { B: "2", C: "3" },
      ...{ dns: ["a", "b"], command: ["x"], labels: {} },
    });
  });

  test("may be documents of one file", () => {
    expect(webOf("hostname: a", "---\nservices: {web: {hostname: b}}")).toMatchObject({
      image: "nginx:1",
      hostname: "b",
    });
  });

  test("include others, with their own folder and variables", () => {
    const spec = specOf({
      "compose.yml": "include: [db/compose.yml]\nservices: {web: {image: 'w:$TAG', depends_on: [db]}}",
      ".env": "TAG=1",
      "db/compose.yml": `services: {db: {image: "d:${braced("TAG")}-${braced("OWN")}", env_file: vars}}`,
      "db/.env": "TAG=2\nOWN=3",
      "db/vars": "A=b",
    });
    expect(spec.services).toMatchObject([{ image: "d:1-3", environment: { A: "b" } }, { image: "w:1" }]);
    const circle = readTexts({ "compose.yml": "include: [a.yml]", "a.yml": "include: [compose.yml]" });
    expect(saidOf(circle, "error")[0]).toMatch(/included by itself/);
  });

  test("of Rancher 1 are laid over: scale, health check, upgrade", () => {
    const spec = specOf({
      "compose.yml":
        "version: '2'\nservices:\n  web:\n    image: registry.site/elvis/proxy:latest\n    retain_ip: true\n    labels:\n      io.rancher.container.pull_image: always\n      io.rancher.sidekicks: util\n  util: {image: b, labels: {io.rancher.container.start_once: 'true'}}\n",
      "rancher-compose.yml":
        '.catalog: {name: x}\nversion: \'2\'\nservices:\n  web:\n    scale: 2\n    health_check: {port: 80, interval: 2000, unhealthy_threshold: 3, request_line: GET "/up" "HTTP/1.0"}\n    upgrade_strategy: {start_first: true, batch_size: 2, interval_millis: 500}\n',
    });
    expect(spec.services[0]).toMatchObject({
      ...{ pull: "always", retainAddress: true, replicas: 2 },
      health: { http: { port: 80, path: "/up" }, intervalMs: 2000, retries: 3 },
      update: { startFirst: true, batch: 2, intervalMs: 500 },
      dependsOn: [{ service: "util", condition: "started" }],
    });
    expect(spec.services[1]?.kind).toBe("job");
  });
});

describe("variables", () => {
  test("given by hand win over .env; what is missing is stated, what is required is an error", () => {
    const text = webText(
      `user: "$UID:${braced("GID:-7")}"\nhostname: "$NONE"\ndomainname: "${braced("NEED:?say it")}"`,
    );
    const read = readTexts({ "compose.yml": text, ".env": "UID=1\nGID=2\n" }, { variables: { UID: "9" } });
    expect(saidOf(read, "warning")).toEqual(["the variable NONE has no value and is taken as empty"]);
    expect(saidOf(read, "error")).toEqual(["the variable NEED has no value: say it"]);
  });

  test("of a service come from its files in order, then from itself, then from where it is read", () => {
    const files = {
      "compose.yml": webText(
        "env_file: [a, {path: none, required: false}, {path: raw, format: raw}]\nenvironment: [B=own, OUT, NONE]",
      ),
    };
    const spec = specOf({ ...files, a: "A=1\nB=1\nC=$A$OUT\n", raw: "R='$A'\n" }, { variables: { OUT: "o" } });
    expect(spec.services[0]?.environment).toEqual({ A: "1", B: "own", C: "1o", R: "'$A'", OUT: "o" });
  });

  test("that YAML reads as another number are warned of", () => {
    expect(webOf("environment: {A: 1.10, B: '1.10', C: 0440}").environment).toEqual({ A: "1.1", B: "1.10", C: "288" });
    expect(warningsOf("environment: {A: 1.10, C: 0440}")).toHaveLength(2);
  });
});

describe("secrets", () => {
  const uses = "secrets: [pw]";

  test("are in berth's store, under the full name of Spin's grammar", () => {
    const stores = (top: string) => specOf({ "compose.yml": webText(uses, `secrets: {pw: ${top}}`) }).secrets;
    expect(stores("{external: true}")).toEqual([{ name: "pw", store: "rover.pw" }]);
    expect(stores("{external: true, name: db.rover.pw}")).toEqual([{ name: "pw", store: "db.rover.pw" }]);
    expect(stores("{external: {name: rover.x}}")).toEqual([{ name: "pw", store: "rover.x" }]);
  });

  test("from files and variables of a desk machine are refused with the cure", () => {
    for (const key of ["file: ./pw", "environment: PW"]) {
      const { notes } = readTexts({ "compose.yml": webText(uses, `secrets: {pw: {${key}}}`) });
      expect(notes.find(({ severity }) => severity === "error")?.hint).toMatch(/^berth secret create/);
    }
  });

  test("are files below /run/secrets, with owner and mode", () => {
    const long =
      "secrets:\n  - pw\n  - {source: pw, target: other, uid: '1000', mode: 0400}\n  - {source: pw, target: /x/y}";
    expect(webOf(long, "secrets: {pw: {external: true}}").secrets).toMatchObject([
      { name: "pw", target: "/run/secrets/pw" },
      { name: "pw", target: "/run/secrets/other", uid: "1000", mode: 0o400 },
      { name: "pw", target: "/x/y" },
    ]);
    expect(
      errorsOf("secrets: [{source: pw, target: ../../etc/passwd}]", "secrets: {pw: {external: true}}"),
    ).toHaveLength(1);
  });
});

test("configurations are their text: of a file, of the recipe, of a variable", () => {
  const spec = specOf({
    "compose.yml": webText(
      "configs: [a, b, {source: c, target: /etc/c}]",
      'configs: {a: {file: ./conf/a}, b: {content: "x $V $$"}, c: {environment: V}}',
    ),
    "conf/a": "$V stays",
    ".env": "V=7",
  });
  expect(spec.configs.map(({ content }) => content)).toEqual(["$V stays", "x 7 $", "7"]);
  expect(spec.services[0]?.configs.map(({ target }) => target)).toEqual(["/a", "/b", "/etc/c"]);
});

describe("services", () => {
  const profiled = "services: {web: {image: a}, debug: {image: b, profiles: [dev], depends_on: [web]}}";

  test("of profiles are left out until one is active", () => {
    expect(Object.keys(servicesOf(profiled))).toEqual(["web"]);
    expect(Object.keys(servicesOf(profiled, { profiles: ["dev"] }))).toEqual(["web", "debug"]);
    const needs = readTexts({
      "compose.yml": "services: {web: {image: a, depends_on: [x]}, x: {image: b, profiles: [p]}}",
    });
    expect(saidOf(needs, "error")).toEqual(["web needs the service x, which is of a profile that is not active"]);
  });

  test("that others wait for to end are jobs; so are those that run once", () => {
    const all = servicesOf(
      "services: {web: {image: a, depends_on: {init: {condition: service_completed_successfully}}}, init: {image: b}, seed: {image: c, x-berth: {once: true}}}",
    );
    expect([all.web?.kind, all.init?.kind, all.seed?.kind]).toEqual(["service", "job", "job"]);
    expect(errorsOf("restart: always\nx-berth: {once: true}")).toHaveLength(1);
  });

  test("start the new container first where two at once do no harm", () => {
    const routes = "x-berth: {routes: [{host: a.b, port: 80}]}";
    expect(webOf(routes).update.startFirst).toBe(true);
    expect(webOf(`${routes}\nvolumes: [data:/d]`, "volumes: {data: }").update.startFirst).toBe(false);
    expect(webOf(`${routes}\nports: ['1:1']`).update.startFirst).toBe(false);
    expect(webOf("hostname: a").update).toMatchObject({ startFirst: false, batch: 1, onFailure: "rollback" });
  });

  test("join the stack's network unless they say otherwise; links and container_name become aliases", () => {
    const all = servicesOf(
      "services: {web: {image: a, links: ['db:sql']}, db: {image: b, container_name: box}, own: {image: c, network_mode: 'service:db'}}",
    );
    expect(all.db?.networks).toMatchObject([{ name: "default", aliases: ["box", "sql"] }]);
    expect(all.own).toMatchObject({
      networks: [],
      networkMode: "service:db",
      dependsOn: [{ service: "db", restart: true }],
    });
  });

  test("are given GPUs by their CDI names", () => {
    const reserved =
      "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}";
    expect(webOf(reserved).security.gpus).toEqual(["nvidia.com/gpu=0", "nvidia.com/gpu=1"]);
    expect(webOf("gpus: all").security.gpus).toEqual(["nvidia.com/gpu=all"]);
    expect(webOf("gpus: [{driver: amd, device_ids: ['1']}]").security.gpus).toEqual(["amd.com/gpu=1"]);
    expect(errorsOf("deploy: {resources: {reservations: {devices: [{capabilities: [tpu]}]}}}")).toEqual([
      "only GPUs are reserved",
    ]);
  });

  test.each([
    ["volumes: [./data:/data]", "./data is a path of your own machine, which a server does not have"],
    ["volumes: [/data]", "a volume without a name would be lost with its container"],
    ["volumes: ['/a:/b:rr']", "rr is no option of a mount"],
    ["volumes: ['/a:b']", "b is no absolute path of the container"],
    ["volumes: ['/a:/b']\ntmpfs: /b", "two things are mounted at /b"],
    ["scale: 2\nports: ['80:80']", "2 containers of web cannot all publish port 80"],
    ["scale: 2\ndeploy: {replicas: 3}", "scale and deploy.replicas say different numbers"],
    [
      "mem_limit: 1g\ndeploy: {resources: {limits: {memory: 2g}}}",
      "mem_limit and deploy.resources.limits.memory say different things",
    ],
    ["restart: sometimes", "sometimes is no restart policy"],
    ["healthcheck: {test: [curl, x]}", "a test begins with CMD, CMD-SHELL or NONE"],
    ["environment:\n  - A: b", "a list of NAME=VALUE holds words only"],
    ["command: {a: b}", "command is one word or text"],
    ["ports: 80", "ports is a list"],
    ["deploy: x", "deploy is a map of keys"],
    ["deploy: {update_config: [a]}", "update_config is a map of keys"],
    ["logging: json-file", "logging is a map of keys"],
    ["volumes: [{type: bind, source: /a, target: /b, bind: x}]", "bind is a map of keys"],
    ["upgrade_strategy: fast", "upgrade_strategy is a map of keys"],
    ["network_mode: bridge2", "bridge2 is no network mode"],
    ["x-berth: {routes: [{host: 'a b', port: 80}]}", "a b is no host name"],
    [
      "x-berth: {idle: {after: 1h, keep-warm: always}}",
      '"always" does not say when a service is kept warm: days, hours or both are missing',
    ],
    [
      "x-berth: {idle: {after: 1h, keep-warm: mon 08:00-18:00 Mars/Base}}",
      '"mon 08:00-18:00 Mars/Base" does not say when a service is kept warm: Mars/Base is no time zone',
    ],
  ])("that cannot be are refused: %s", (lines, message) => expect(errorsOf(lines)).toContain(message));

  test("keep-warm hours may name a zone, as those who keep to them understand it", () => {
    const lines = "    image: a:1\n    x-berth: {idle: {after: 1h, keep-warm: ['Mon-Fri 8:00-18:00 Europe/Berlin']}}\n";
    const { idle } = specOf({ "compose.yml": `services:\n  web:\n${lines}` }).services[0] ?? {};
    expect(idle?.keepWarm).toEqual(["Mon-Fri 8:00-18:00 Europe/Berlin"]);
  });

  test("a thousand of them are read", () => {
    const lines =
      "    image: a:1\n    restart: always\n    environment: {A: 1, B: '$HOME'}\n    volumes: ['/a:/b:ro']\n    cap_drop: [ALL]\n    healthcheck: {test: x, interval: 10s}\n";
    const text = `services:\n${Array.from({ length: 1000 }, (_, index) => `  web-${index}:\n${lines}`).join("")}`;
    expect(specOf({ "compose.yml": text, ".env": "HOME=/h" }).services).toHaveLength(1000);
  });
});

describe("the stack", () => {
  test("has title, tags and source of x-berth; tags given by hand win", () => {
    const text =
      "name: rover\nx-berth: {title: My Portal, source: https://x, tags: [owner:fred, 'group: csg']}\nservices: {web: {image: a}}";
    const spec = specOf({ "compose.yml": text }, { name: undefined, tags: { owner: "wilma" } });
    expect(spec).toMatchObject({
      name: "rover",
      title: "My Portal",
      source: "https://x",
      tags: { owner: "wilma", group: "csg" },
    });
  });

  test.each([
    ["", "the recipe is empty"],
    ["services: {}", "the recipe has no services"],
    ["version: '1'\nservices: {web: {image: a}}", "version 1 is too old"],
    ["web: {image: a}", "web is no key of a compose file"],
    ["services: {web: {image: a}}\nservices: {}", "the key services stands twice in one map"],
    ["services: {web: !!binary x}", "the tag tag:yaml.org,2002:binary is not known here"],
    ["- a", "compose.yml holds no map of keys"],
    [
      "services: {web: {image: a, volumes: ['d:/x']}}\nvolumes: {d: {name: shared}}",
      "volumes of a stack are named by berth",
    ],
  ])("is refused when it is %j", (text, message) => {
    expect(saidOf(readTexts({ "compose.yml": text }), "error")).toContain(message);
  });

  test("leaves out what no service uses", () => {
    const read = readTexts({ "compose.yml": webText("restart: always", "volumes: {old: }") });
    expect(read.spec?.volumes).toEqual([]);
    expect(saidOf(read, "info")).toEqual(["old of volumes is used by no service and left out"]);
  });
});
