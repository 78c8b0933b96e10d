// What is downloaded is what was meant: PKG020, PKG021, PKG023.

import { addDownloads, type Download, downloads, remoteFile } from "../../commands/downloads.ts";
import { baseName, plainText } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { CommandView, ScriptView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { debian, post } from "./calls.ts";

const WHY = "A server that was broken into, or a name that somebody else bought, decides what the build runs as root.";

export const PIPED_SCRIPT = practice({
  id: "PKG020",
  title: "A script is looked at before it is run",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{url} is run by {shell} as it arrives",
  hint: "download it into a file, compare its checksum, then run it",
  why: `${WHY} And when the line breaks, half of the script was run.`,
  source: "ours",
  peers: [],
  checks: {
    recipe: ({ recipe }) =>
      allSteps(recipe)
        .flatMap(({ scripts }) => scripts.filter(({ purpose }) => purpose === "build" || purpose === "setup"))
        .flatMap((script) => [...pipedHits(script.commands), ...substitutedHits(script)]),
  },
  passes: [
    {
      shows: "in steps",
      dockerfile: debian("RUN curl -o i.sh https://h.example/i.sh && echo 'abc  i.sh' | sha256sum -c && sh i.sh"),
    },
    { shows: "to tar", dockerfile: debian("RUN curl -s https://h.example/a.tgz | tar xz") },
    {
      shows: "to read",
      dockerfile: debian("RUN curl -s https://h.example/v.json | python3 -m json.tool | bash -c 'cat'"),
    },
    {
      shows: "to gpg",
      dockerfile: debian("RUN curl -s https://h.example/k | gpg --dearmor > /k.gpg && echo x | bash"),
    },
  ],
  fails: [
    {
      shows: "curl to sh",
      dockerfile: debian("RUN curl -s https://h.example/i.sh | sh"),
      expect: { says: "run by sh" },
    },
    {
      shows: "with sudo and options",
      dockerfile: debian("RUN wget -qO- https://h.example/i.sh | sudo -E bash -s -- -y"),
    },
    { shows: "through a filter", definition: post("curl https://h.example/i.py | sed s/a/b/ | python3 -") },
    { shows: "as a substitution", dockerfile: debian('RUN sh -c "$(curl -fsSL https://h.example/i.sh)"') },
    {
      shows: "as a file",
      dockerfile: debian('SHELL ["/bin/bash", "-c"]', "RUN bash <(curl -s https://h.example/i.sh)"),
    },
  ],
});

const SHELLS = /^((ba|da|z|k|a)?sh|python[\d.]*|perl|ruby|node)$/;

function runsInput({ name = "", words }: CommandView): boolean {
  if (!SHELLS.test(name)) return false;
  const texts = words.map(plainText);
  if (/sh$/.test(name))
    return !texts.includes("-c") && (texts.includes("-s") || !texts.some((text) => /^[^-$]/.test(text)));
  const [first] = texts.filter((text) => !/^-[uBEIs]+$/.test(text));
  return first === undefined || first === "-";
}

function pipedHits(commands: readonly CommandView[]): readonly Hit[] {
  return commands.flatMap((command, index) => {
    const [download] = downloads(command);
    if (!download || command.pipe.length < 2 || download.tool === "git") return [];
    for (const next of commands.slice(index + 1)) {
      if (next.substituted !== command.substituted) continue;
      if (next.pipe.length !== command.pipe.length || next.pipe.index <= command.pipe.index) break;
      if (runsInput(next)) return [{ fields: { url: download.url, shell: next.name }, range: command.range }];
    }
    return [];
  });
}

const SUBSTITUTED =
  /(?:^|[\s;&|(])((?:(?:ba|da|z|k)?sh|eval|source|\.|python[\d.]*|perl)(?:\s+-\w+)*)\s+["']?(?:<\(|\$\(|`)\s*(?:curl|wget)\b[^)`]*/g;

// `sh -c "$(curl URL)"`, `bash <(curl URL)`, `eval "$(wget -O- URL)"`.
function substitutedHits({ text, place, exec }: ScriptView): readonly Hit[] {
  if (exec) return [];
  return [...text.matchAll(SUBSTITUTED)].map((match) => {
    const start = match.index + match[0].search(/\S/);
    const url = /(?<![a-z])[a-z]+:\/\/[^\s"')]+/i.exec(match[0])?.[0] ?? "what is downloaded";
    const shell = (match[1] ?? "sh").split(/\s/)[0];
    return { fields: { url, shell }, range: place({ start, end: match.index + match[0].length }) };
  });
}

export const UNCHECKED_ADD = practice({
  id: "PKG021",
  title: "A remote ADD has a checksum",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "ADD takes whatever {url} is when the image is built",
  hint: "add --checksum=sha256:…, or to a git URL a commit: {url}#COMMIT",
  why: WHY,
  source: "ours",
  peers: ["CIS-DI-0009"],
  controls: ["CIS 4.9"],
  cases: { commit: { message: "ADD takes {url} without a commit", hint: "name a commit: {url}#4f1c2aa…" } },
  checks: {
    recipe: ({ recipe }) =>
      allSteps(recipe).flatMap((step) =>
        addDownloads(step).flatMap(({ url, range, flags }) => {
          if (flags.has("--checksum")) return [];
          const git = /\.git(#|$)|^git@|^git:\/\//.test(url);
          if (!git) return [{ fields: { url }, range }];
          const commit = /#([0-9a-f]{7,64})(:|$)|[?&]commit=[0-9a-f]{7,}/.test(url);
          return commit || /^[^#]*#.*\$/.test(url)
            ? []
            : [{ case: "commit", fields: { url: url.replace(/#.*/, "") }, range }];
        }),
      ),
  },
  passes: [
    {
      shows: "a checksum",
      dockerfile: debian(`ADD --checksum=sha256:${"a".repeat(64)} https://h.example/a.tgz /opt/`),
    },
    { shows: "a commit", dockerfile: debian(`ADD https://h.example/u/r.git#${"a".repeat(40)} /opt/r`) },
    { shows: "a file of the context", dockerfile: debian("ADD a.tgz /opt/") },
  ],
  fails: [
    {
      shows: "without checksum",
      dockerfile: debian("ADD https://h.example/a.tgz /opt/"),
      expect: { says: "h.example/a.tgz" },
    },
    {
      shows: "a tag of git",
      dockerfile: debian("ADD https://h.example/u/r.git#v1.2 /opt/r"),
      expect: { case: "commit" },
    },
    { shows: "git by ssh", dockerfile: debian("ADD git@h.example:u/r.git /opt/r"), expect: { case: "commit" } },
  ],
});

export const UNCHECKED_DOWNLOAD = practice({
  id: "PKG023",
  title: "A downloaded program is checked",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "nothing checks that {url} is what was meant",
  hint: 'compare it in the same step: echo "HASH  FILE" | sha256sum -c -',
  why: WHY,
  source: "ours",
  peers: [],
  checks: { recipe: ({ recipe }) => allSteps(recipe).flatMap(uncheckedHits) },
  passes: [
    {
      shows: "sha256sum",
      dockerfile: debian('RUN curl -o a.tgz https://h.example/a.tgz && echo "abc  a.tgz" | sha256sum -c'),
    },
    {
      shows: "gpg",
      definition: post("wget https://h.example/a.tgz https://h.example/a.tgz.asc", "gpg --verify a.tgz.asc a.tgz"),
    },
    {
      shows: "a key and a page",
      dockerfile: debian("RUN curl -o /k.asc https://h.example/k.asc && curl -o /x.json https://h.example/x.json"),
    },
    { shows: "aria2c checks itself", dockerfile: debian("RUN aria2c --checksum=sha-256=abc https://h.example/a.tgz") },
  ],
  fails: [
    { shows: "an archive", dockerfile: debian("RUN wget https://h.example/a.tgz && tar xf a.tgz") },
    {
      shows: "a program",
      dockerfile: debian("RUN curl -o /usr/local/bin/a https://h.example/a"),
      expect: { says: "h.example/a" },
    },
    { shows: "from a pipe", dockerfile: debian("RUN curl -s https://h.example/a.tar.gz | tar xz") },
  ],
});

const CHECKERS = /^((sha|md5|b2|b3)\w*sum|shasum|gpgv?2?|cosign|minisign|signify|rhash|openssl|slsa-verifier)$/;
const PROGRAM = /\.(tar(\.\w+)?|tgz|tbz2?|txz|zip|deb|rpm|whl|jar|appimage|bin|run|sh|exe|gz|xz|bz2|so|py|pl)$/i;

function uncheckedHits(step: StepView): readonly Hit[] {
  const commands = commandsIn([step], "build").map(({ command }) => command);
  if (commands.some(isChecking)) return [];
  return commands.flatMap((command) =>
    downloads(command)
      .filter((download) => download.tool !== "git" && !download.flags.has("--checksum") && isProgram(download))
      .map(({ url, range }) => ({ fields: { url }, range })),
  );
}

function isChecking({ name = "", words }: CommandView): boolean {
  if (!CHECKERS.test(name)) return false;
  if (/^gpg2?$/.test(name)) return words.some((word) => plainText(word) === "--verify");
  return name !== "openssl" || words[0]?.value === "dgst";
}

// By its name, or because it is stored without an ending, as programs are.
function isProgram({ file, url }: Download): boolean {
  const names = [file === undefined ? "" : baseName(file), remoteFile(url) ?? ""];
  if (file?.startsWith("/dev/")) return false;
  if (names.some((name) => PROGRAM.test(name))) return true;
  return file !== undefined && !/\.\w+$/.test(names[0] ?? "") && !names[0]?.includes("$");
}
