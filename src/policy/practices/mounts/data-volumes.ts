// Where data are kept: MNT006, MNT007.

import { isInside } from "../../commands/path-globs.ts";
import { writes } from "../../commands/writes.ts";
import { readImageName } from "../../image-name.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps } from "../recipe-parts.ts";

const SYSTEM = /^\/(dev|proc|sys|etc)(\/|$)/;

export const VOLUMES = practice({
  id: "MNT006",
  title: "VOLUME names folders for data, and nothing is put into them later",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "VOLUME {path} hides a folder of the system",
  hint: "name the folder of the program's data, such as /var/lib/app",
  why: "The engine lays a folder of its own over it; Apptainer and Shifter know no volumes at all.",
  source: "N3.1",
  peers: ["DKL-DI-0002"],
  cases: {
    filled: {
      message: "what this step writes into {path} is lost: it is a VOLUME since line {line}",
      hint: "move VOLUME below it",
    },
  },
  checks: { recipe: ofRecipe, image: ofImage },
  passes: [
    { shows: "a data folder", dockerfile: "FROM debian:13.1\nRUN mkdir -p /var/lib/app\nVOLUME /var/lib/app\n" },
    { shows: "an image", image: { config: exampleConfig({ volumes: ["/var/lib/app"] }) } },
  ],
  fails: [
    { shows: "/etc", dockerfile: "FROM debian:13.1\nVOLUME /etc\n", expect: { line: 2, says: "VOLUME /etc" } },
    { shows: "in JSON", dockerfile: 'FROM debian:13.1\nVOLUME ["/data", "/proc/x"]\n', expect: { says: "/proc/x" } },
    {
      shows: "filled later",
      dockerfile: "FROM debian:13.1\nVOLUME /data\nRUN echo x > /data/seed\n",
      expect: { case: "filled", line: 3 },
    },
    { shows: "an image", image: { config: exampleConfig({ volumes: ["/dev"] }) } },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

// More than any image has; each write is compared with all.
const MOST_VOLUMES = 100;

function ofRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const volumes: { readonly path: string; readonly start: number }[] = [];
  const lines = new Map<number, number>();
  const lineOf = (start: number) => {
    const line = lines.get(start) ?? recipe.source.text.slice(0, start).split("\n").length;
    lines.set(start, line);
    return line;
  };
  return finalSteps(recipe).flatMap((step): readonly Hit[] => {
    const { instruction, scripts } = step;
    if (instruction?.keyword === "VOLUME") {
      const words = instruction.words.map((word) => ({
        path: word.text.replace(/^(["'])(.*)\1$/, "$2"),
        range: word.range,
      }));
      for (const { path } of words) if (volumes.length < MOST_VOLUMES) volumes.push({ path, start: step.range.start });
      return words.filter(({ path }) => SYSTEM.test(path)).map(({ path, range }) => ({ fields: { path }, range }));
    }
    if (volumes.length === 0) return [];
    const written = scripts.flatMap(({ commands }) => commands.flatMap((command) => writes(command)));
    for (const { path, range } of written) {
      const volume = volumes.find((one) => isInside(path, one.path));
      if (volume) return [{ case: "filled", fields: { path: volume.path, line: lineOf(volume.start) }, range }];
    }
    return [];
  });
}

function ofImage({ image: { config } }: AuditSubject): Hit | readonly Hit[] {
  if (!config) return unknown("the configuration of the image");
  return config.volumes.filter((path) => SYSTEM.test(path)).map((path) => ({ fields: { path } }));
}

/** Where programs that keep data keep them, by the last part of their image's name. */
const DATA: ReadonlyMap<string, readonly string[]> = new Map([
  ["mysql", ["/var/lib/mysql"]],
  ["mariadb", ["/var/lib/mysql"]],
  ["postgres", ["/var/lib/postgresql"]],
  ["mongo", ["/data/db"]],
  ["redis", ["/data"]],
  ["valkey", ["/data"]],
  ["rabbitmq", ["/var/lib/rabbitmq"]],
  ["influxdb", ["/var/lib/influxdb", "/var/lib/influxdb2"]],
  ["elasticsearch", ["/usr/share/elasticsearch/data"]],
]);

export const KEPT_DATA = practice({
  id: "MNT007",
  title: "Programs that keep data have a mount for them",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} keeps its data in {path}, and nothing is mounted there",
  hint: "mount a folder or a volume at {path}",
  why: "What lies in the container's own layer goes with the container, at the next upgrade at the latest.",
  source: "N3.1",
  peers: [],
  counterparts: ["VOL-11"],
  checks: { launch: unkept },
  passes: [
    { shows: "a mount", run: "docker run -v /home/user/mysql-data:/var/lib/mysql mysql:8.4.2\n" },
    { shows: "a folder below", compose: "image: postgres:17.2\nvolumes: ['data:/var/lib/postgresql/data']\n" },
    { shows: "a client", run: "docker run -it mysql:8.4.2 mysql -h db\n" },
    { shows: "another program of that family", compose: "image: site.example/mysql-exporter:1.0\n" },
  ],
  fails: [
    { shows: "mysql", run: "docker run -d mysql:8.4.2\n", expect: { line: 1, says: "/var/lib/mysql" } },
    { shows: "redis", compose: "image: redis:7.4.1\n", expect: { says: "/data" } },
  ],
});

function unkept({ launch: { image, mounts, command, range, engine, service } }: LaunchSubject): Hit | undefined {
  const name = image && engine ? readImageName(image.value) : undefined;
  if (!image || typeof name !== "object") return undefined;
  const paths = DATA.get(name.base);
  // A command of one's own is often a client, or a look at the version.
  const client = !service && command.length > 0;
  if (!paths || client) return undefined;
  const kept = mounts.some(({ target }) => paths.some((path) => isInside(target, path) || isInside(path, target)));
  return kept ? undefined : { fields: { image: image.value, path: paths[0] }, range: image.range ?? range };
}
