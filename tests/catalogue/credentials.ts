// Rows 50 to 65 of the catalogue: credentials (spec/apptainer.md 4.2). Every case has a home and a configuration of its
// own, so that no login outlives it.

import type { Case, Step } from "./case.ts";

const OWN = {
  HOME: "{work}/home",
  BERTH_CONFIGDIR: "{work}/config",
  XDG_CONFIG_HOME: "{work}/xdg",
  XDG_RUNTIME_DIR: "",
  DOCKER_CONFIG: "",
};
const RIGHT = { DOCKER_USERNAME: "u1", DOCKER_PASSWORD: "p1" };
const WRONG = { DOCKER_USERNAME: "u1", DOCKER_PASSWORD: "wrong" };

/** A step in the case's own home. */
function own(run: readonly string[], rest: Omit<Step, "run"> = {}): Step {
  return { ...rest, run, env: { ...OWN, ...rest.env } };
}

function prefixed(prefix: string, variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [prefix + name, value]));
}

const HOMES = own(["mkdir", "-p", "home/.docker", "config", "xdg"]);
const PULL = ["berth", "pull", "-F", "--disable-cache", "x.sif", "docker://{priv}/small"];
const PUSH = ["berth", "push", "{images}/small.sif", "oras://{priv}/pushed:1"];
const LOGIN = ["berth", "registry", "login", "-u", "u1", "-p", "p1", "docker://{priv}"];
const REFUSED = { exit: 255, err: /authentication required|log ?in|401|credential|unauthorized/i };
const AUTH_FILE = `{"auths":{"{priv}":{"auth":"dTE6cDE="}}}`;

const sh = (text: string) => ["sh", "-c", text];

const DEFINITION = "Bootstrap: docker\\nFrom: {priv}/small\\n";
const PRIVATE_USES = [
  ["berth", "exec", "--disable-cache", "docker://{priv}/small", "true"],
  sh(`printf '${DEFINITION}' >p.def; exec berth build --force --disable-cache /dev/null p.def`),
  ["berth", "instance", "start", "--disable-cache", "docker://{priv}/small", "private"],
];

// Answers each question when it has been asked: what is typed before a password prompt is thrown away.
const ANSWERED = `answer() { until grep -q "$1" log; do sleep 0.05; done; sleep 0.1; echo "$2"; }
  : >log; { answer Username u1; answer Password p1; } |
  script -qefc "berth pull --disable-cache --docker-login x.sif docker://{priv}/small" log`;

export const CREDENTIALS: readonly Case[] = [
  { id: "50", title: "pull without a login", steps: [HOMES, own(PULL, REFUSED)] },
  {
    id: "51",
    title: "login, then pull",
    steps: [
      HOMES,
      own(LOGIN, { err: /stored|succeeded/i }),
      own(PULL),
      own(sh("find config home xdg -type f -perm /077"), { out: "" }),
    ],
  },
  {
    id: "52",
    title: "wrong variables are not mended by a stored login",
    steps: [
      HOMES,
      own(LOGIN),
      ...["BERTH_", "APPTAINER_"].map((prefix) => own(PULL, { env: prefixed(prefix, WRONG), ...REFUSED })),
    ],
  },
  { id: "53", title: "DOCKER_USERNAME and DOCKER_PASSWORD", steps: [HOMES, own(PULL, { env: RIGHT })] },
  {
    id: "54",
    title: "prefixed variables win over those without a prefix, with and without a login",
    steps: [
      HOMES,
      ...[[], [own(LOGIN)]].flatMap((login) => [
        ...login,
        ...["BERTH_", "APPTAINER_", "SINGULARITY_"].flatMap((prefix) => [
          own(PULL, { env: { ...WRONG, ...prefixed(prefix, RIGHT) } }),
          own(PULL, { env: { ...RIGHT, ...prefixed(prefix, WRONG) }, ...REFUSED }),
        ]),
      ]),
    ],
  },
  {
    id: "55",
    title: "login into a file of one's own, from standard input",
    steps: [
      HOMES,
      own(["berth", "registry", "login", "-u", "u1", "--password-stdin", "--authfile", "F", "docker://{priv}"], {
        stdin: "p1\n",
      }),
      own(["cat", "F"], { out: /"auth"\s*:\s*"dTE6cDE="/ }),
      own(PULL, REFUSED),
      own(["berth", "pull", "--disable-cache", "--authfile", "F", "y.sif", "docker://{priv}/small"]),
    ],
  },
  {
    id: "56",
    title: "exec, build and instance start before and after the login",
    steps: [
      HOMES,
      ...PRIVATE_USES.map((words) => own(words, REFUSED)),
      own(LOGIN),
      ...PRIVATE_USES.map((words) => own(words)),
      own(["berth", "instance", "stop", "private"]),
    ],
  },
  {
    id: "57",
    title: "login without a scheme",
    steps: [
      HOMES,
      own(["berth", "registry", "login", "-u", "u1", "-p", "p1", "{priv}"], { exit: 255, err: /docker:\/\// }),
    ],
  },
  {
    id: "58",
    title: "login with an empty password, and without a user",
    steps: [
      HOMES,
      own(["berth", "registry", "login", "-u", "u1", "-p", "", "docker://{priv}"], { exit: 255 }),
      own(["berth", "registry", "login", "-p", "x", "docker://{priv}"], { exit: 255, err: /user/i }),
    ],
  },
  {
    id: "59",
    title: "login twice, logout once, nothing is left",
    steps: [
      HOMES,
      own(LOGIN),
      own(LOGIN),
      own(["berth", "registry", "logout", "docker://{priv}"]),
      own(["berth", "registry", "list"], { notOut: /127\.0\.0\.1/ }),
      own(sh("! grep -r dTE6cDE= config home xdg")),
      own(PULL, REFUSED),
    ],
  },
  {
    id: "60",
    title: "registry list",
    differs: "our own table: the registry, the user and the file that holds the credential",
    steps: [HOMES, own(LOGIN), own(["berth", "registry", "list"], { out: /127\.0\.0\.1:\d+/ })],
  },
  {
    id: "61",
    title: "logout where nobody is logged in",
    steps: [HOMES, own(["berth", "registry", "logout", "docker://nowhere.example"], { err: /nowhere\.example/ })],
  },
  {
    id: "62",
    title: "push oras before and after login",
    steps: [
      HOMES,
      own(PUSH, REFUSED),
      own(LOGIN),
      own(PUSH),
      own(["berth", "pull", "back.sif", "oras://{priv}/pushed:1"]),
      own(["cmp", "{images}/small.sif", "back.sif"]),
    ],
  },
  {
    id: "63",
    title: "--docker-login asks on the terminal and stores nothing",
    needs: ["script"],
    steps: [
      HOMES,
      own(sh(ANSWERED), { notOut: /p1/ }),
      own(["test", "-s", "x.sif"]),
      own(sh("find config home xdg -type f"), { out: "" }),
    ],
  },
  {
    id: "64",
    title: "Docker's own file is read",
    steps: [HOMES, own(sh(`printf %s '${AUTH_FILE}' >home/.docker/config.json`)), own(PULL)],
  },
  {
    id: "65",
    title: "credential helpers are asked",
    differs: "the peer documents that it cannot",
    steps: [
      HOMES,
      own(
        sh(
          `mkdir bin; printf '#!/bin/sh\\ncat >/dev/null; echo %s\\n' "'{\\"Username\\":\\"u1\\",\\"Secret\\":\\"p1\\"}'" >bin/docker-credential-test; chmod +x bin/docker-credential-test`,
        ),
      ),
      own(sh(`printf %s '{"credHelpers":{"{priv}":"test"}}' >home/.docker/config.json`)),
      own(sh(`PATH=$PWD/bin:$PATH; ${PULL.join(" ")}`)),
    ],
  },
];
