// What images have in them and start: DF-05, DF-06, DF-07.

import { bare, finalChain, programOf, wordsOf } from "../dockerfile-view.ts";
import { type Hit, rule, unknown } from "../rule.ts";
import { secretSign } from "../secret-words.ts";
import type { BuildSubject } from "../subjects.ts";

export const BUILD_SECRETS = rule({
  id: "DF-05",
  title: "No secret is in an image",
  on: "build",
  severity: "error",
  class: "required",
  certainty: "likely",
  message: "A secret seems to be in the image of {service}: {what} ({sign})",
  hint: "use a secret of the platform, and change this one: it is in the image's history",
  why: "Everybody who may pull an image reads everything in it, also what a later layer removed.",
  source: "Spin: Secrets",
  check: (subject) => [...fromEnvironment(subject), ...fromDockerfile(subject)],
  passes: [
    { shows: "none", dockerfile: "FROM debian:12\nENV LANG=C.UTF-8 DB_PASSWORD_FILE=/run/secrets/db\nCOPY app /app\n" },
    { shows: "a secret of the build", dockerfile: "FROM debian:12\nARG TOKEN\nRUN --mount=type=secret,id=key true\n" },
  ],
  fails: [
    {
      shows: "ENV DB_PASSWORD=x",
      dockerfile: "FROM debian:12\nENV DB_PASSWORD=hunter2\n",
      expect: { says: "ENV DB_PASSWORD (its name says so)" },
    },
    { shows: "ARG with a value", dockerfile: "FROM debian:12\nARG API_TOKEN=abcdef\n" },
    { shows: "COPY id_rsa", dockerfile: "FROM debian:12\nCOPY id_rsa /root/.ssh/\n" },
    {
      shows: "in a stage that is thrown away",
      dockerfile: "FROM debian:12 AS a\nCOPY .netrc /root/\nFROM debian:12\n",
    },
    { shows: "the image's environment", image: { env: ["PATH=/bin", "ROOT_PASSWORD=abc"] } },
  ],
});

const KEY_FILE =
  /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.env|\.aws|\.docker\/config\.json|\.git-credentials|[^/]*\.(key|p12|pfx|keytab))$/;

function fromEnvironment({ image }: BuildSubject): readonly Hit[] {
  return (image?.env ?? []).flatMap((pair) => {
    const [name = "", ...value] = pair.split("=");
    const sign = secretSign(name, value.join("="));
    return sign === undefined ? [] : [{ at: "/image", fields: { what: `the variable ${name}`, sign } }];
  });
}

// Every stage: its layers are in caches, and often in registries.
function fromDockerfile({ dockerfile }: BuildSubject): readonly Hit[] {
  return (dockerfile?.instructions ?? []).flatMap((instruction): readonly Hit[] => {
    const hit = (what: string, sign: string) => ({
      at: "/image",
      fields: { what: `${instruction.keyword} ${what}`, sign },
    });
    if (instruction.keyword === "ENV" || instruction.keyword === "ARG")
      return instruction.pairs.flatMap(({ name, value }) => {
        const sign = value && secretSign(bare(name), bare(value));
        return sign === undefined ? [] : [hit(bare(name), sign)];
      });
    if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return [];
    return instruction.sources.flatMap((source) =>
      "text" in source && KEY_FILE.test(bare(source)) ? [hit(bare(source), "files of this name hold keys")] : [],
    );
  });
}

export const BUILD_ONE_CONCERN = rule({
  id: "DF-06",
  title: "An image has one concern",
  on: "build",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "The image of {service} starts several services ({program}); split them",
  hint: "make a service of each, and let the platform start, watch and log them; a shell needs no sshd",
  why: "The platform sees only the first process: of the others it knows neither health nor log.",
  source: "Spin: Building images",
  check: (subject) => {
    const started = programsOf(subject);
    if (started === undefined) return unknown("what the image starts was not looked up", "/image");
    const program = started.find((name) => MANAGERS.has(name));
    return program === undefined ? undefined : { at: "/image", fields: { program } };
  },
  passes: [
    { shows: 'CMD ["httpd"]', dockerfile: 'FROM httpd:2.4\nCMD ["httpd", "-DFOREGROUND"]\n' },
    {
      shows: "the recipe starts something else",
      service: { command: ["httpd"] },
      dockerfile: "FROM debian:12\nCMD supervisord\n",
    },
  ],
  fails: [
    { shows: "CMD supervisord", dockerfile: "FROM debian:12\nCMD supervisord -n\n", expect: { says: "(supervisord)" } },
    { shows: "sshd", dockerfile: 'FROM debian:12\nENTRYPOINT ["/usr/bin/tini", "--", "/usr/sbin/sshd", "-D"]\n' },
    { shows: "the image's configuration", image: { entrypoint: ["/sbin/init"], command: [] } },
    { shows: "not known", image: {}, expect: { certainty: "unknown" } },
  ],
});

const MANAGERS = new Set([
  "supervisord",
  "sshd",
  "s6-svscan",
  "runsvdir",
  "runit",
  "systemd",
  "init",
  "monit",
  "circusd",
  "crond",
  "cron",
]);

function programsOf({ image, dockerfile, of }: BuildSubject): readonly string[] | undefined {
  const own = [of?.service.entrypoint, of?.service.command].flatMap((words) => (words ? [programOf(words) ?? ""] : []));
  if (own.length > 0) return own;
  if (image?.entrypoint !== undefined || image?.command !== undefined)
    return [image.entrypoint ?? [], image.command ?? []].map((words) => programOf(words) ?? "");
  if (!dockerfile) return undefined;
  return finalChain(dockerfile).map((instruction) => programOf(wordsOf(instruction)) ?? "");
}

export const BUILD_PORTS = rule({
  id: "DF-07",
  title: "An image listens above 1024",
  on: "build",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "The image of {service} listens on {port}",
  hint: "listen on a port above 1024 and NET_BIND_SERVICE can be dropped",
  why: "Low ports need a capability, or root.",
  source: "Spin: Networking",
  check: ({ image, dockerfile }) => {
    const exposed = image?.exposed ?? (dockerfile && exposedBy(dockerfile));
    if (exposed === undefined) return unknown("the ports of the image were not looked up", "/image");
    const low = exposed.find((text) => Number.parseInt(text, 10) < 1024);
    return low === undefined ? undefined : { at: "/image", fields: { port: Number.parseInt(low, 10) } };
  },
  passes: [
    { shows: "EXPOSE 8080", dockerfile: "FROM debian:12\nEXPOSE 8080\n" },
    { shows: "none", image: { exposed: [] } },
  ],
  fails: [
    { shows: "EXPOSE 80", dockerfile: "FROM debian:12\nEXPOSE 8080 80/tcp\n", expect: { says: "listens on 80" } },
    { shows: "the image's configuration", image: { exposed: ["22/tcp"] } },
    { shows: "not known", image: {}, expect: { certainty: "unknown" } },
  ],
});

function exposedBy(dockerfile: NonNullable<BuildSubject["dockerfile"]>): readonly string[] {
  return finalChain(dockerfile).flatMap((instruction) =>
    instruction.keyword === "EXPOSE" ? instruction.words.map(bare) : [],
  );
}
