// Tools that an image does not need: TOO001, TOO002, TOO003.

import { type PracticeExample, practice } from "../../practice.ts";
import { exampleCatalogue } from "../example-parts.ts";
import { DEBUGGING_TOOLS, INTERACTIVE_TOOLS, REMOTE_TOOLS } from "./tool-lists.ts";
import { checksOf } from "./tool-practice.ts";

const WHY =
  "Whatever runs in the container can use what is installed: the image holds its program and what that needs, nothing else.";

const UNREAD: PracticeExample = {
  image: { catalogue: undefined, files: undefined },
  shows: "nobody looked",
  expect: { certainty: "unknown" },
};

export const REMOTE_ACCESS = practice({
  id: "TOO001",
  title: "No tools for remote access or changing users",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{names}: a way in, or to another user, must not be in the image",
  hint: "leave it out of the list of packages; run commands with the engine's exec, and copy files with COPY",
  why: WHY,
  source: "N2.8",
  peers: ["DL3001", "DL3004", "CIS-DI-0008", "DKL-DI-0001"],
  controls: ["NIST 800-190 3.1.2"],
  cases: {
    other: {
      severity: "warning",
      message: "{names}: for the network, and not needed by the program",
      hint: "leave it out of the list of packages",
    },
  },
  fix: "safe",
  checks: checksOf(REMOTE_TOOLS),
  passes: [
    { shows: "left out", dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\n" },
    {
      shows: "names that only look like it",
      dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y python3-sudo-parser libssh2-1 ftpsync\n",
    },
    {
      shows: "in a stage that is not the image",
      dockerfile:
        "FROM debian:13.1 AS get\nRUN apt-get install -y openssh-client\nFROM debian:13.1\nCOPY --from=get /x /x\n",
    },
    {
      shows: "removed by the same RUN",
      dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache --virtual .get openssh && scp h:/x /x && apk del .get\n",
    },
    { shows: "an image without", image: { catalogue: exampleCatalogue("curl", "bash") } },
    { shows: "words in a text", dockerfile: 'FROM debian:13.1\nRUN echo "apt-get install sudo" > /x\n' },
  ],
  fails: [
    {
      shows: "install ssh",
      dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl ssh\n",
      expect: {
        severity: "error",
        says: "ssh",
        fixed: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\n",
      },
    },
    {
      shows: "the least of it is a warning",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y \\\n    netcat-openbsd \\\n    curl\n",
      expect: {
        ...{ case: "other", severity: "warning", line: 3 },
        fixed: "FROM debian:13.1\nRUN apt-get install -y \\\n    curl\n",
      },
    },
    {
      shows: "in a definition file",
      definition: "Bootstrap: docker\nFrom: rockylinux:9.3\n\n%post\n    dnf -y install openssh-server sudo httpd\n",
      expect: { line: 5, says: "openssh-server and sudo" },
    },
    {
      shows: "in the stage below the last",
      dockerfile: 'FROM debian:13.1 AS base\nRUN apt-get install -y sudo\nFROM base\nCMD ["x"]\n',
      expect: { line: 2 },
    },
    {
      shows: "a package of an image",
      image: { catalogue: exampleCatalogue("bash", "openssh-server") },
      expect: { says: "openssh-server" },
    },
    {
      shows: "a program that no package brought",
      image: {
        catalogue: exampleCatalogue(),
        files: {
          entries: [
            {
              ...{ path: "usr/local/bin/socat", type: "file", size: 1, mode: 0o755, uid: 0, gid: 0, target: undefined },
              ...{ layer: 0, program: true },
            },
          ],
          ...{ hidden: [], texts: new Map(), secrets: [] },
        },
      },
      expect: { case: "other" },
    },
    UNREAD,
  ],
});

export const INTERACTIVE = practice({
  id: "TOO002",
  title: "No tools for people at a terminal",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{names}: for people at a terminal, and nobody sits at one in a container",
  hint: "leave it out of the list of packages, or put it into a debugging image of its own",
  why: WHY,
  source: "N2.9",
  peers: ["DL3001"],
  fix: "safe",
  checks: checksOf(INTERACTIVE_TOOLS),
  passes: [
    { shows: "left out", dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\n" },
    {
      shows: "names that only look like it",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y libvim-tools manpages\n",
    },
    { shows: "an image without", image: { catalogue: exampleCatalogue("bash", "lessc") } },
  ],
  fails: [
    {
      shows: "install vim",
      dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y vim curl\n",
      expect: { severity: "info", line: 2, fixed: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\n" },
    },
    {
      shows: "with a version, below others",
      dockerfile:
        "FROM debian:13.1\nRUN apt-get install -y curl \\\n    tmux=3.3a-3 \\\n && rm -rf /var/lib/apt/lists/*\n",
      expect: {
        line: 3,
        fixed: "FROM debian:13.1\nRUN apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*\n",
      },
    },
    {
      shows: "in a definition file",
      definition:
        "Bootstrap: docker\nFrom: rockylinux:9.3\n\n%post\n    dnf -y install texlive emacs-nox && dnf clean all\n",
      expect: { line: 5 },
    },
    {
      shows: "a package of an image",
      image: { catalogue: exampleCatalogue("vim-tiny", "nano") },
      expect: { says: "nano and vim-tiny" },
    },
    UNREAD,
  ],
});

export const DEBUGGING = practice({
  id: "TOO003",
  title: "No debuggers and profilers in the final image",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{names}: for finding mistakes, not for running the program",
  hint: "leave it out of the list of packages, or install it in a debugging stage that starts from the final one",
  why: WHY,
  source: "N2.10",
  peers: [],
  fix: "safe",
  checks: checksOf(DEBUGGING_TOOLS),
  passes: [
    { shows: "left out", dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\n" },
    {
      shows: "removed by the same RUN",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y gdb && ./check && apt-get purge -y gdb\n",
    },
    { shows: "a database with a like name", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache gdbm gdbm-tools\n" },
    { shows: "an image without", image: { catalogue: exampleCatalogue("bash", "perftest") } },
  ],
  fails: [
    {
      shows: "install gdb strace",
      dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl gdb strace\n",
      expect: { says: "gdb and strace", fixed: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\n" },
    },
    {
      shows: "nothing else is installed",
      dockerfile: "FROM debian:13.1\nRUN sh -c 'apt-get update && apt-get install gdb'\n",
    },
    {
      shows: "in a definition file",
      definition: "Bootstrap: docker\nFrom: rockylinux:9.3\n\n%post\n    yum install -y perf httpd\n",
      expect: { line: 5 },
    },
    { shows: "a package of an image", image: { catalogue: exampleCatalogue("strace") }, expect: { says: "strace" } },
    UNREAD,
  ],
});
