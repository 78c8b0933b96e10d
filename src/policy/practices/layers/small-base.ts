// A whole distribution below one program: LAY011.

import { practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { StageView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";

export const SMALL_BASE = practice({
  id: "LAY011",
  title: "One program needs no whole distribution below it",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "{base} is there for one file that is copied from a build stage",
  hint: "if the program is linked statically, build on scratch; else on a small base such as alpine or a slim one",
  why: "Whatever is in the base has flaws to look after, and is fetched with the program.",
  source: "ours",
  peers: [],
  fix: "unsafe",
  checks: { recipe: hitOf },
  passes: [
    {
      shows: "scratch",
      dockerfile: 'FROM golang:1.25 AS b\nRUN go build\nFROM scratch\nCOPY --from=b /app /app\nENTRYPOINT ["/app"]\n',
    },
    {
      shows: "a small base",
      dockerfile:
        'FROM golang:1.25 AS b\nRUN go build\nFROM debian:13-slim\nCOPY --from=b /app /app\nENTRYPOINT ["/app"]\n',
    },
    {
      shows: "packages beside it",
      dockerfile:
        "FROM golang:1.25 AS b\nRUN go build\nFROM debian:13\nRUN apt-get install -y ca-certificates\nCOPY --from=b /app /app\n",
    },
    {
      shows: "a folder is copied",
      dockerfile: "FROM node:22 AS b\nRUN make\nFROM debian:13\nCOPY --from=b /srv/ /srv/\n",
    },
  ],
  fails: [
    {
      shows: "ubuntu and one program",
      dockerfile:
        'FROM golang:1.25 AS b\nRUN go build\nFROM ubuntu:24.04\nCOPY --from=b /src/app /app\nENTRYPOINT ["/app"]\n',
      expect: {
        line: 3,
        fixed: 'FROM golang:1.25 AS b\nRUN go build\nFROM scratch\nCOPY --from=b /src/app /app\nENTRYPOINT ["/app"]\n',
      },
    },
    {
      shows: "in a definition file",
      definition:
        'Bootstrap: docker\nFrom: golang:1.25\nStage: b\n\n%post\n    go build\n\nBootstrap: docker\nFrom: ubuntu:24.04\n\n%files from b\n    /src/app /usr/bin/app\n\n%runscript\n    exec app "$@"\n',
      expect: { line: 9 },
    },
  ],
});

const SYSTEMS =
  /^(debian|ubuntu|centos|fedora|rockylinux|almalinux|oraclelinux|archlinux|opensuse|leap|tumbleweed|ubi8|ubi9|amazonlinux)$/;
const SMALL = /slim|minimal|micro|chiselled/;
const HARMLESS =
  /^(ENV|ARG|LABEL|EXPOSE|WORKDIR|CMD|ENTRYPOINT|STOPSIGNAL|HEALTHCHECK|VOLUME|MAINTAINER|labels|help|runscript|startscript|environment|arguments)$/;

function hitOf({ recipe }: RecipeSubject): Hit | undefined {
  const stage = recipe.chain.at(-1);
  const name = stage?.base.name;
  if (!stage || recipe.chain.length !== 1 || !name || !SYSTEMS.test(name.base) || SMALL.test(name.tag ?? ""))
    return undefined;
  if (!isOneFile(stage)) return undefined;
  const { base } = stage;
  const simple = recipe.kind === "dockerfile" && stage.steps.every(({ instruction }) => isExec(instruction));
  const fix = { title: "build on scratch", safe: false, edits: [{ range: base.range, text: "scratch" }] };
  return { fields: { base: base.text }, range: base.range, fix: simple ? fix : undefined };
}

// Only the one copy, and what needs nothing of the system.
function isOneFile({ steps }: StageView): boolean {
  const copies = steps.filter(({ copies: made }) => made.length > 0);
  const others = steps.filter(({ copies: made, keyword }) => made.length === 0 && !HARMLESS.test(keyword));
  const [copy] = copies[0]?.copies ?? [];
  if (copies.length !== 1 || others.length > 0 || copies[0]?.copies.length !== 1 || !copy?.from?.stage) return false;
  const [source] = copy.sources;
  return (
    copy.sources.length === 1 && source !== undefined && !/[*?[]|\/$/.test(source.text) && /\/[^/]+$/.test(source.text)
  );
}

// A shell of the base is not there on scratch.
function isExec(instruction: StageView["steps"][number]["instruction"]): boolean {
  return !instruction || !("command" in instruction) || instruction.command?.form === "exec" || !instruction.command;
}
