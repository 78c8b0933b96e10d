// A container does not change itself when it runs: PKG018.

import { gitSubcommand } from "../../commands/downloads.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import { viewRecipe } from "../../recipe-view/recipe-view.ts";
import type { CommandView, RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig } from "../example-parts.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { debian } from "./calls.ts";

export const RUNTIME_CHANGE = practice({
  id: "PKG018",
  title: "A container does not change itself when it runs",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{command} runs in every container that starts: it changes itself",
  hint: "do it when the image is built (RUN, %post), and build the image anew for updates",
  why: "What runs is then another program than the one that was checked and scanned, a new one at every start.",
  source: "N3.4",
  peers: [],
  controls: ["NIST 800-190 4.4.4"],
  checks: {
    recipe: ({ recipe }) =>
      commandsIn(allSteps(recipe), "entry", "start").flatMap(({ command }) => changeHit(command, command.range)),
    launch: ({ launch: { command } }) => {
      const [first] = command;
      const last = command.at(-1);
      if (!first || !last) return undefined;
      const range = { start: first.range.start, end: last.range.end };
      return commandsOf(command.map(({ value }) => value)).flatMap((each) => changeHit(each, range));
    },
    image: ({ image: { config } }) =>
      config
        ? commandsOf([...config.entrypoint, ...config.command]).flatMap((command) => changeHit(command, undefined))
        : unknown("nobody read the image's configuration"),
  },
  passes: [
    { shows: "at build time", dockerfile: debian("RUN apt-get update && apt-get -y upgrade", 'CMD ["nginx"]') },
    { shows: "npm start", dockerfile: debian('CMD ["npm", "run", "start"]') },
    { shows: "conda run", dockerfile: debian("CMD conda run -n app python run.py") },
    { shows: "%runscript", definition: 'Bootstrap: docker\nFrom: debian:13.1\n%runscript\nexec python "$@"\n' },
    { shows: "a run line", run: "docker run --rm debian:13.1 python run.py\n" },
    { shows: "an image", image: { config: exampleConfig({ command: ["serve"] }) } },
  ],
  fails: [
    { shows: "CMD", dockerfile: debian("CMD apt-get update && app"), expect: { says: "apt-get update" } },
    {
      shows: "ENTRYPOINT",
      dockerfile: debian('ENTRYPOINT ["bash", "-c", "git pull && exec app"]'),
      expect: { says: "git pull" },
    },
    {
      shows: "%runscript",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n%runscript\npip install --user x==1\nexec app\n",
    },
    { shows: "a service", compose: "command: sh -c 'pip install -r r.txt && app'\n" },
    { shows: "a run line", run: "docker run --rm debian:13.1 bash -c 'apt-get update && app'\n" },
    {
      shows: "an image",
      image: { config: exampleConfig({ entrypoint: ["/bin/sh", "-c", "yum -y update; exec app"] }) },
      expect: { says: "yum update" },
    },
  ],
});

const CHANGES = new Set(["install", "refresh", "upgrade", "remove", "create"]);

function changeHit(command: CommandView, range: Hit["range"]): readonly Hit[] {
  const call = packageCommand(command);
  if (call && CHANGES.has(call.action) && call.manager !== "go" && call.manager !== "cargo") {
    return [{ fields: { command: `${call.manager} ${call.subcommand || "install"}` }, range }];
  }
  return gitSubcommand(command)?.name === "pull" ? [{ fields: { command: "git pull" }, range }] : [];
}

// The words of a command as a recipe would have them: what its shell is given is read like any script.
function commandsOf(words: readonly string[]): readonly CommandView[] {
  if (words.length === 0) return [];
  const recipe: RecipeView = viewRecipe(
    { name: "command", text: `FROM scratch\nCMD ${JSON.stringify(words)}\n` },
    "dockerfile",
  );
  return commandsIn(allSteps(recipe)).map(({ command }) => command);
}
