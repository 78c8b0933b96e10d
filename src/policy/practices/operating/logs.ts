// What programs say, and who hears it: LOG001, LOG002.

import { appendCommand } from "../../commands/edits.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { exampleFile, imageWith } from "../example-parts.ts";
import { commandsIn, finalSteps } from "../recipe-parts.ts";
import { withoutSwitch } from "../running/launch-edits.ts";

export const LOGS_KEPT = practice({
  id: "LOG001",
  title: "Logging is not turned off",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "{option} turns messages off",
  hint: "leave it out: the site keeps what is written to stdout and stderr",
  why: "When something went wrong, what was said before is all there is.",
  source: "N4.4",
  peers: [],
  controls: ["CIS 2.12"],
  counterparts: ["SVC-05"],
  fix: "safe",
  checks: { launch: silenced },
  passes: [
    { shows: "the site's driver", compose: "logging: {driver: journald}\n" },
    { shows: "as it is", run: "apptainer run x.sif\n" },
  ],
  fails: [
    { shows: "driver none", compose: "logging: {driver: none}\n", expect: { line: 4 } },
    { shows: "apptainer -s", run: "apptainer -s run x.sif\n", expect: { fixed: "apptainer run x.sif\n" } },
    {
      shows: "among other letters, which are left to people",
      run: "apptainer -sd run x.sif\n",
      expect: { fixed: "apptainer -sd run x.sif\n" },
    },
    { shows: "docker --log-level", run: "docker --log-level fatal run img:1\n" },
    { shows: "--log-driver", run: "podman run --log-driver=none img:1\n", expect: { fixed: "podman run img:1\n" } },
  ],
});

function silenced({ launch }: LaunchSubject): readonly Hit[] {
  const { tool, logDriver, flags } = launch;
  if (tool === "compose")
    return logDriver?.value === "none" ? [{ fields: { option: "driver: none" }, range: logDriver.range }] : [];
  return flags.flatMap(({ name, value, range }) => {
    const quiet =
      (tool === "apptainer" && (name === "quiet" || name === "silent")) ||
      (name === "log-driver" && value === "none") ||
      (name === "log-level" && value === "fatal");
    if (!quiet) return [];
    const text = launch.source.text.slice(range.start, range.end);
    // Letters in one word with others stay: `-qd`.
    const apart = !/^-\w{2,}$/.test(text);
    const fix = { title: "leave it out", safe: true, edits: withoutSwitch(launch, range) };
    return [{ fields: { option: text }, range, fix: apart ? fix : undefined }];
  });
}

/** Programs that write their messages into files, and which. */
const LOGGERS: readonly { readonly packages: RegExp; readonly files: readonly string[]; readonly folder: string }[] = [
  { packages: /^nginx(-|$)/, folder: "/var/log/nginx", files: ["access.log", "error.log"] },
  { packages: /^(apache2|httpd)$/, folder: "/var/log/(apache2|httpd)", files: [] },
  { packages: /^(mysql|mariadb)-server/, folder: "/var/log/mysql", files: [] },
];

export const LOGS_TO_STREAMS = practice({
  id: "LOG002",
  title: "Daemons say what they do on stdout and stderr",
  severity: "info",
  class: "recommended",
  certainty: "likely",
  message: "{program} writes its messages into files of {folder}",
  hint: "link them: ln -sf /dev/stdout {folder}/access.log and ln -sf /dev/stderr {folder}/error.log, or configure it so",
  why: "Files in the container go with it, and nobody sees them while it runs.",
  source: "Spin: Logging",
  peers: [],
  counterparts: ["SVC-05"],
  fix: "unsafe",
  checks: { recipe: filesInRecipe, image: filesInImage },
  passes: [
    {
      shows: "linked",
      profile: "spin",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y nginx && ln -sf /dev/stdout /var/log/nginx/access.log\n",
    },
    { shows: "no daemon", profile: "spin", dockerfile: "FROM debian:13.1\nRUN apt-get install -y curl\n" },
    {
      shows: "an image with links",
      profile: "spin",
      image: imageWith(
        exampleFile("usr/sbin/nginx", { program: true }),
        exampleFile("var/log/nginx/access.log", { type: "symlink", target: "/dev/stdout" }),
      ),
    },
  ],
  fails: [
    {
      shows: "nginx",
      profile: "spin",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y nginx\n",
      expect: {
        line: 2,
        says: "nginx",
        fixed:
          "FROM debian:13.1\nRUN apt-get install -y nginx && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log\n",
      },
    },
    { shows: "an image", profile: "spin", image: imageWith(exampleFile("usr/sbin/nginx", { program: true })) },
    { shows: "nobody looked", profile: "spin", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function filesInRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const steps = finalSteps(recipe);
  const text = steps.flatMap(({ scripts }) => scripts.map((script) => script.text)).join("\n");
  const streams = /\/(dev\/(stdout|stderr)|proc\/self\/fd\/[12])\b/.test(text);
  if (streams) return [];
  return commandsIn(steps, "build").flatMap(({ command, step }) => {
    const call = packageCommand(command);
    const found =
      call?.action === "install"
        ? call.packages.flatMap((one) => loggerOf(one.name).map((logger) => ({ one, logger })))[0]
        : undefined;
    return found
      ? [
          {
            fields: { program: found.one.name, folder: plain(found.logger.folder, found.one.name) },
            range: found.one.range,
            fix: linked(recipe, step, found.logger),
          },
        ]
      : [];
  });
}

// Where it is known which files they are.
function linked(recipe: RecipeView, step: StepView, { folder, files }: (typeof LOGGERS)[number]): Fix | undefined {
  const links = files.map((file) => `ln -sf /dev/${file.startsWith("error") ? "stderr" : "stdout"} ${folder}/${file}`);
  const edit = links.length > 0 ? appendCommand(recipe, step, links.join(" && ")) : undefined;
  return edit && { title: "link its files to stdout and stderr", safe: false, edits: [edit] };
}

function loggerOf(name: string) {
  return LOGGERS.filter(({ packages }) => packages.test(name));
}

function plain(folder: string, name: string): string {
  return folder.includes("(") ? `/var/log/${name}` : folder;
}

const DAEMONS: readonly (readonly [RegExp, string])[] = [
  [/^usr\/s?bin\/nginx$/, "nginx"],
  [/^usr\/s?bin\/apache2$/, "apache2"],
  [/^usr\/s?bin\/httpd$/, "httpd"],
];

function filesInImage({ image: { files } }: AuditSubject): Hit | readonly Hit[] {
  if (!files) return unknown("which files are in the image");
  return DAEMONS.flatMap(([path, name]) => {
    const there = files.entries.some((entry) => entry.program && path.test(entry.path));
    const folder = `var/log/${name}/`;
    const linked = files.entries.some((entry) => entry.path.startsWith(folder) && entry.type === "symlink");
    return there && !linked ? [{ fields: { program: name, folder: `/${folder.slice(0, -1)}` } }] : [];
  });
}
