// Where downloads come from: PKG022, PKG024.

import { addDownloads, downloads, gitSubcommand } from "../../commands/downloads.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { plainText } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { debian, post } from "./calls.ts";

export const PLAIN_TEXT = practice({
  id: "PKG022",
  title: "Downloads come through TLS",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{url} is fetched in plain text",
  hint: "write {secure}",
  why: "Everybody on the way can change what arrives, and the build runs it as root.",
  source: "ours",
  peers: [],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) =>
      fetchedUrls(recipe)
        .filter(({ url }) => PLAIN.test(url) && !LOCAL.test(url))
        .map(({ url, range }) => {
          const secure = url.replace(PLAIN, "$1https://");
          return { fields: { url, secure }, range, fix: secureFix(recipe, range) };
        }),
  },
  passes: [
    { shows: "https", dockerfile: debian("RUN wget https://h.example/a") },
    { shows: "the machine itself", dockerfile: debian("RUN curl -f http://localhost:8080/health") },
    { shows: "a health check", dockerfile: debian("HEALTHCHECK CMD curl -f http://web/ || exit 1") },
    { shows: "no fetch", dockerfile: debian("RUN echo see http://h.example/", "LABEL url=http://h.example") },
    { shows: "a variable", dockerfile: debian("ARG URL", "RUN curl -O $URL") },
  ],
  fails: [
    {
      shows: "wget",
      dockerfile: debian("RUN wget http://h.example/a"),
      expect: { fixed: debian("RUN wget https://h.example/a") },
    },
    { shows: "ftp", definition: post("curl -O ftp://h.example/a"), expect: { says: "ftp://h.example/a" } },
    { shows: "ADD", dockerfile: debian("ADD http://h.example/a /opt/a"), expect: { line: 2 } },
    {
      shows: "git",
      dockerfile: debian("RUN git clone --branch v1 git://h.example/u/r"),
      expect: { fixed: debian("RUN git clone --branch v1 https://h.example/u/r") },
    },
    { shows: "pip", dockerfile: debian("RUN pip install -i http://h.example/simple x==1") },
    { shows: "known by a variable", dockerfile: debian("ARG URL=http://h.example/a", "RUN curl -O $URL") },
  ],
});

const PLAIN = /^((?:git|hg|svn)\+)?(?:http|ftp|git):\/\//i;
const LOCAL = /^\S*?:\/\/(localhost|127\.\d|\[::1\]|0\.0\.0\.0)/i;

interface FetchedUrl {
  readonly url: string;
  readonly range: { readonly start: number; readonly end: number };
}

function fetchedUrls(recipe: RecipeView): readonly FetchedUrl[] {
  const steps = allSteps(recipe);
  return [
    ...commandsIn(steps, "build", "setup").flatMap(({ command }) => commandUrls(command)),
    ...steps.flatMap((step) => addDownloads(step)),
  ];
}

function commandUrls(command: CommandView): readonly FetchedUrl[] {
  const found = downloads(command);
  const call = packageCommand(command);
  const git = gitSubcommand(command);
  const remote = git && ["fetch", "pull", "remote", "submodule"].includes(git.name) ? git.words : [];
  const words = call?.manager === "pip" && ["install", "other"].includes(call.action) ? call.command.words : remote;
  const named = words.flatMap((word) => {
    const url = plainText(word)
      .replace(/^--?[\w-]+=/, "")
      .replace(/^[\w.-]+\s*@\s*/, "");
    return /:\/\//.test(url) ? [{ url, range: word.range }] : [];
  });
  return [...found, ...named];
}

function secureFix({ source: { text } }: RecipeView, { start, end }: FetchedUrl["range"]) {
  const match = /(?:http|ftp|git)(?=:\/\/)/i.exec(text.slice(start, end));
  if (!match) return undefined;
  const from = start + match.index;
  const edit = { range: { start: from, end: from + match[0].length }, text: "https" };
  return { title: "use https", safe: false, edits: [edit] };
}

export const MOVING_URL = practice({
  id: "PKG024",
  title: "A URL names one version",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{url} means something else tomorrow",
  hint: "name a version: a tag or commit in place of {part}",
  why: "The recipe stays the same and the image does not: a build that worked fails, or brings what nobody looked at.",
  source: "N2.2",
  peers: [],
  checks: {
    recipe: ({ recipe }) => {
      const commands = commandsIn(allSteps(recipe), "build", "setup").filter(
        ({ command }) => !SAYING.has(command.name ?? ""),
      );
      const words = commands.flatMap(({ command }) =>
        command.words.map((word) => ({ url: plainText(word), range: word.range })),
      );
      const added = allSteps(recipe).flatMap((step) => addDownloads(step));
      return [...words, ...added].flatMap(({ url, range }) => movingHit(url, range));
    },
  },
  passes: [
    { shows: "a tag", dockerfile: debian("RUN wget https://raw.example/u/r/raw/v1.3/x.jar") },
    { shows: "a release", dockerfile: debian("RUN curl -LO https://h.example/u/r/releases/download/v1/x.tgz") },
    { shows: "only said", dockerfile: debian("RUN echo https://h.example/raw/master/README") },
    { shows: "a file of that name", dockerfile: debian("RUN wget https://h.example/v2/greatest-hits.zip") },
  ],
  fails: [
    {
      shows: "raw/master",
      dockerfile: debian("RUN wget https://h.example/u/r/raw/master/x.jar"),
      expect: { says: "raw/master" },
    },
    { shows: "refs/heads/main", dockerfile: debian("ADD https://h.example/u/r/archive/refs/heads/main.tar.gz /opt/") },
    { shows: "releases/latest", definition: post("curl -L https://h.example/u/r/releases/latest/download/x -o x") },
    { shows: "-latest", dockerfile: debian("RUN wget https://h.example/Miniconda3-latest-Linux-x86_64.sh") },
    {
      shows: "piped",
      dockerfile: debian("RUN curl -s https://raw.githubusercontent.com/u/r/main/i.sh | sh"),
      expect: { says: "u/r/main" },
    },
  ],
});

const SAYING = new Set(["echo", "printf", "cat", "export", ""]);

const MOVES: readonly RegExp[] = [
  /\/raw\/(main|master)\//,
  /raw\.githubusercontent\.com\/[^/\s]+\/[^/\s]+\/(main|master)\//,
  /\/refs\/heads\/(main|master)\b/,
  /\/(archive|tarball|zipball)\/(main|master)(?=[./]|$)/,
  /\/releases\/latest(?=\/|$)/,
  /-latest(?=[-._/]|$)/,
];

function movingHit(url: string, range: Hit["range"]): readonly Hit[] {
  if (!/^[^\s]*(https?|ftp):\/\//i.test(url)) return [];
  for (const pattern of MOVES) {
    const part = pattern.exec(url)?.[0];
    if (part !== undefined) return [{ fields: { url, part: part.replace(/^\/|\/$/g, "") }, range }];
  }
  return [];
}
