// Keys that are made while an image is built: SEC007.

import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { CommandView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFile, exampleFiles } from "../example-parts.ts";
import { allSteps, commandsIn, grouped } from "../recipe-parts.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

function files(...paths: readonly string[]) {
  return { files: exampleFiles(paths.map((path) => exampleFile(path))) };
}

export const MADE_KEYS = practice({
  id: "SEC007",
  title: "No keys are made while the image is built",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "{command} makes a private key at build: every copy of the image shares it",
  hint: "make it at the first start, outside the image, or mount one that the site made",
  why: "Whoever has the image has the key, and can pass for every container that is started from it.",
  source: "N2.12",
  peers: [],
  cases: { file: { message: "/{path} is a private key that every copy of the image shares" } },
  checks: { recipe: inRecipe, image: inImage },
  passes: [
    { shows: "at start", definition: `${HEAD}%startscript\n    ssh-keygen -A\n    exec sshd -D\n` },
    { shows: "in an entry", dockerfile: "FROM x\nCMD ssh-keygen -A && exec app\n" },
    {
      shows: "other uses",
      dockerfile: "FROM x\nRUN ssh-keygen -R h && ssh-keygen -lf /x && openssl version && openssl req -in a -noout\n",
    },
    { shows: "an image without", image: files("etc/ssh/sshd_config", "etc/ssh/ssh_host_rsa_key.pub") },
  ],
  fails: [
    {
      shows: "ssh-keygen -A",
      dockerfile: "FROM x\nRUN ssh-keygen -A\n",
      expect: { line: 2, says: "ssh-keygen makes" },
    },
    { shows: "in %post", definition: `${HEAD}%post\n    ssh-keygen -t ed25519 -N '' -f /x\n`, expect: { line: 5 } },
    {
      shows: "openssl genrsa",
      dockerfile: "FROM x\nRUN openssl genrsa -out /k 4096\n",
      expect: { says: "openssl genrsa" },
    },
    { shows: "openssl req", dockerfile: "FROM x\nRUN openssl req -x509 -nodes -newkey rsa:2048 -keyout /k -out /c\n" },
    { shows: "host keys of an image", image: files("etc/ssh/ssh_host_rsa_key"), expect: { case: "file" } },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function inRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const made = commandsIn(allSteps(recipe), "build").flatMap((placed) => {
    const command = makesKey(placed.command);
    return command === undefined ? [] : [{ ...placed, says: command }];
  });
  return grouped(made).map(([first]) => ({ fields: { command: first.says }, range: first.command.range }));
}

function makesKey({ name, words }: CommandView): string | undefined {
  const texts = words.map(({ text }) => text.replace(/["']/g, ""));
  if (name === "ssh-keygen") {
    const looks = texts.some((text) => /^-[a-zA-Z]*[RFlyHiepcsYBLkQ]/.test(text));
    return !looks || texts.includes("-A") ? name : undefined;
  }
  if (name === "openssl") {
    const [sub = ""] = texts;
    const makes =
      /^gen(rsa|pkey|dsa)$/.test(sub) ||
      (sub === "req" && texts.some((text) => text === "-newkey" || text === "-keyout")) ||
      (sub === "ecparam" && texts.includes("-genkey"));
    return makes ? `${name} ${sub}` : undefined;
  }
  if (name === "keytool") return texts.some((text) => /^-genkey(pair)?$/.test(text)) ? name : undefined;
  return name === "wg" && texts[0] === "genkey" ? "wg genkey" : undefined;
}

function inImage({ image: { files: known } }: AuditSubject): readonly Hit[] {
  if (!known) return [unknown("which files are in the image")];
  return known.entries
    .filter(
      ({ path, type }) =>
        type === "file" && /^etc\/(ssh\/ssh_host_\w+_key|ssl\/private\/ssl-cert-snakeoil\.key)$/.test(path),
    )
    .map(({ path }) => ({ case: "file", fields: { path } }));
}
