// Rows 141 to 162 of the catalogue: builds from definition files (spec/apptainer.md 4.6).

import type { Case, Step } from "./case.ts";

const sh = (text: string) => ["sh", "-c", text];
const build = (...words: string[]) => ["berth", "build", ...words];
const exec = (...words: string[]) => ["berth", "exec", ...words];

/** Writes a file of the case's folder. */
function write(name: string, content: string): Step {
  return { run: sh(`cat > '${name}'`), stdin: content };
}

const SMALL = "Bootstrap: docker\nFrom: {reg}/small\n";

const ALL_SECTIONS = `${SMALL}%pre
  echo pre >> {work}/order
%setup
  echo setup >> {work}/order
  echo by setup > $APPTAINER_ROOTFS/setup
%files
  here.txt /opt/
%post
  cat /setup /opt/here.txt > /post
  test "$(pwd)" = / && test "$(id -u)" = 0 && test -z "$OUTER"
%environment
  export FROM_DEFINITION="value $SMALL_VAR"
%runscript
  echo "run: $*"
%startscript
  exec sleep 1000
%test
  test -s /post && echo tested >&2
%labels
  org.example.mine a label
%help
  Some help.
`;

const ORDER: readonly Step[] = [
  write("here.txt", "by files\n"),
  write("a.def", ALL_SECTIONS),
  { run: build("a.sif", "a.def"), env: { OUTER: "1" }, err: /tested/ },
  { run: ["cat", "order"], out: "pre\nsetup" },
  { run: exec("a.sif", "cat", "/post"), out: "by setup\nby files" },
  { run: ["berth", "run", "a.sif", "a", "b"], out: "run: a b" },
  { run: exec("a.sif", "sh", "-c", "echo $FROM_DEFINITION"), out: "value from image" },
  { run: ["berth", "inspect", "a.sif"], out: /org\.example\.mine: a label[\s\S]*org\.example\.name: small/ },
  { run: ["berth", "inspect", "-H", "a.sif"], out: /Some help\./ },
  { run: ["berth", "inspect", "-s", "a.sif"], out: /exec sleep 1000/ },
  { run: ["berth", "inspect", "-d", "a.sif"], out: /^Bootstrap: docker\n[\s\S]*%startscript/ },
  { run: ["berth", "test", "a.sif"], err: /tested/ },
];

const ARGUMENTS = `Bootstrap: docker
From: {{ IMAGE }}
%arguments
  IMAGE={reg}/{{ NAME }}
  NAME=small
  V=default
%post
  echo "{{ V }}" > /v
  # {{ UNDEFINED }}
`;

const APPS = `${SMALL}%appinstall foo
  echo installed > bin/made
%appfiles foo
  data.txt
%appenv foo
  export FOO_VAR=foo
%applabels foo
  name of foo
%apprun foo
  echo "foo: $*"; cat $SCIF_APPROOT/bin/made
%apptest foo
  test -f $SCIF_APPROOT/data.txt
%apphelp foo
  Help of foo.
%apprun bar
  echo bar
%runscript
  echo main
`;

const STAGES = `${SMALL}Stage: one
%post
  mkdir /made && echo one > /made/a && ln -s /made/a /link
Bootstrap: docker
From: {reg}/small
Stage: two
%files from one
  /made /opt/
  /link /opt/link
Bootstrap: docker
From: {reg}/small
Stage: three
%files from two
  /opt/made/a /third/
Bootstrap: docker
From: {reg}/small
%files from three
  /third
%files from two
  /opt/link
`;

export const BUILD: readonly Case[] = [
  { id: "141", title: "a definition with all sections", steps: ORDER },
  {
    id: "142",
    title: "Registry and Namespace",
    steps: [
      write("a.def", "Bootstrap: docker\nRegistry: {reg}\nFrom: small\n"),
      { run: build("a.sif", "a.def") },
      write("b.def", "Bootstrap: docker\nRegistry: {reg}\nNamespace: wrong\nFrom: small\n"),
      { run: build("b.sif", "b.def"), exit: 255, err: /wrong\/small/ },
    ],
  },
  {
    id: "143",
    title: "build arguments: defaults, nested, from a file, with an equals sign",
    steps: [
      write("a.def", ARGUMENTS),
      write("args", "# values\nV=from file\n"),
      { run: build("a.sif", "a.def") },
      { run: exec("a.sif", "cat", "/v"), out: "default" },
      { run: build("--build-arg", "V=a=b", "--build-arg-file", "args", "b.sif", "a.def") },
      { run: exec("b.sif", "cat", "/v"), out: "a=b" },
      { run: build("--build-arg-file", "args", "c.sif", "a.def") },
      { run: exec("c.sif", "cat", "/v"), out: "from file" },
    ],
  },
  {
    id: "144",
    title: "undefined and unused build arguments",
    steps: [
      write("a.def", "Bootstrap: docker\nFrom: {{ IM }}\n"),
      { run: build("a.sif", "a.def"), exit: 255, err: /build var IM is not defined through either/ },
      write("b.def", SMALL),
      { run: build("--build-arg", "X=1", "b.sif", "b.def"), exit: 255, err: /unused build args: X\. Use option/ },
      { run: build("--build-arg", "X=1", "--warn-unused-build-args", "b.sif", "b.def"), err: /unused build args: X/ },
    ],
  },
  {
    id: "145",
    title: "an unknown section, header and bootstrap agent",
    steps: [
      write("a.def", `${SMALL}%bogus\n`),
      { run: build("x.sif", "a.def"), exit: 255, err: /invalid section\(s\) specified: bogus\n[\s\S]*> 3 \| %bogus/ },
      write("b.def", "Bootstrapp: docker\n"),
      {
        run: build("x.sif", "b.def"),
        exit: 255,
        err: /failed to parse deffile header: invalid header keyword found: bootstrapp/,
      },
      write("c.def", "Bootstrap: nosuch\nFrom: x\n"),
      {
        run: build("x.sif", "c.def"),
        exit: 255,
        err: /Unable to create build: unable to get conveyorpacker: invalid build source nosuch/,
      },
      { run: ["ls"], out: "a.def\nb.def\nc.def" },
    ],
  },
  {
    id: "146",
    title: "a failing %post",
    steps: [
      write("a.def", `${SMALL}%post\n  echo before\n  false\n  echo after > /dev/null\n`),
      {
        run: build("a.sif", "a.def"),
        exit: 255,
        err: /while running %post section: exit status 1\n[\s\S]*> 5 \| {3}false/,
      },
      { run: ["ls"], out: "a.def" },
    ],
  },
  {
    id: "147",
    title: "a failing %test",
    steps: [
      write("a.def", `${SMALL}%test\n  exit 3\n`),
      { run: build("a.sif", "a.def"), exit: 255, err: /failed to execute %test script: exit status 3/ },
      { run: build("-T", "a.sif", "a.def") },
      { run: ["berth", "test", "a.sif"], exit: 3 },
    ],
  },
  {
    id: "148",
    title: "four stages that take files from each other",
    steps: [
      write("a.def", STAGES),
      { run: build("a.sif", "a.def") },
      { run: exec("a.sif", "cat", "/third/a", "/opt/link"), out: "one\none" },
    ],
  },
  {
    id: "149",
    title: "files from a stage that is not there",
    steps: [
      write("a.def", `${SMALL}%files from missing\n  /a\n`),
      { run: build("a.sif", "a.def"), exit: 255, err: /stage missing was not found/ },
    ],
  },
  {
    id: "150",
    title: "apps",
    steps: [
      write("data.txt", "x\n"),
      write("a.def", APPS),
      { run: build("a.sif", "a.def") },
      { run: ["berth", "run", "a.sif"], out: "main" },
      { run: ["berth", "run", "--app", "foo", "a.sif", "x"], out: "foo: x\ninstalled" },
      { run: exec("--app", "foo", "a.sif", "sh", "-c", "echo $FOO_VAR $SCIF_APPNAME"), out: "foo foo" },
      { run: exec("a.sif", "sh", "-c", "echo $SCIF_APPROOT_foo"), out: "/scif/apps/foo" },
      { run: ["berth", "inspect", "--list-apps", "a.sif"], out: "bar\nfoo" },
      { run: ["berth", "inspect", "--app", "foo", "-l", "a.sif"], out: /name: of foo/ },
      { run: ["berth", "test", "--app", "foo", "a.sif"] },
      { run: ["berth", "run", "--app", "nope", "a.sif"], exit: 1, err: /nope/ },
    ],
  },
  {
    id: "151",
    title: "$APPTAINER_LABELS and $APPTAINER_ENVIRONMENT in %post",
    steps: [
      write(
        "a.def",
        `${SMALL}%post\n  echo "built.by me and you" >> $APPTAINER_LABELS\n  echo 'export X="a b"' >> $APPTAINER_ENVIRONMENT\n`,
      ),
      { run: build("a.sif", "a.def") },
      { run: ["berth", "inspect", "a.sif"], out: /built\.by: me and you/ },
      { run: exec("a.sif", "sh", "-c", "echo $X"), out: "a b" },
      { run: exec("a.sif", "ls", "/.build.labels"), exit: 1 },
    ],
  },
  {
    id: "152",
    title: "a target that is there",
    steps: [
      write("a.def", SMALL),
      write("a.sif", "mine\n"),
      { run: build("a.sif", "a.def"), exit: 255, err: /already exists: "a\.sif"/ },
      { run: ["cat", "a.sif"], out: "mine" },
      { run: build("-F", "a.sif", "a.def") },
    ],
  },
  {
    id: "153",
    title: "a definition that is not there",
    steps: [{ run: build("a.sif", "nosuch.def"), exit: 255, err: /nosuch\.def/ }],
  },
  {
    id: "154",
    title: "from sandbox to SIF and back, and a build on each",
    steps: [
      write("a.def", `${SMALL}%environment\n  export A=1\n%runscript\n  echo old\n`),
      { run: build("--sandbox", "one", "a.def") },
      { run: build("two.sif", "one") },
      { run: build("--sandbox", "three", "two.sif") },
      { run: build("four.sif", "three") },
      { run: ["berth", "run", "four.sif"], out: "old" },
      write("b.def", "Bootstrap: localimage\nFrom: three\n%environment\n  export B=$A\n"),
      { run: build("five.sif", "b.def") },
      write("c.def", "Bootstrap: localimage\nFrom: five.sif\n%runscript\n  echo $A$B\n"),
      { run: build("six.sif", "c.def") },
      { run: ["berth", "run", "six.sif"], out: "11" },
      { run: exec("six.sif", "ls", "/.singularity.d/bootstrap_history"), out: "Apptainer0\nApptainer1" },
      { run: ["berth", "inspect", "-d", "six.sif"], out: /From: five\.sif/ },
    ],
  },
  {
    id: "155",
    title: "--update",
    steps: [
      write("a.def", `${SMALL}%post\n  echo more >> /log\n`),
      { run: build("--update", "a.sif", "a.def"), exit: 255 },
      { run: build("--sandbox", "--update", "nosuch", "a.def"), exit: 255 },
      write("file", "x"),
      { run: build("--sandbox", "--update", "file", "a.def"), exit: 255 },
      { run: build("--sandbox", "box", "a.def") },
      { run: build("--sandbox", "--update", "box", "a.def") },
      { run: ["cat", "box/log"], out: "more\nmore" },
    ],
  },
  {
    id: "156",
    title: "interpreters of scripts",
    steps: [
      write(
        "a.def",
        `${SMALL}%runscript\n#!/bin/busybox sh\n  echo "$0 $*"\n%test\n#!/bin/cat\n%post -c /bin/busybox sh -e\n  echo $0 > /who\n`,
      ),
      { run: build("a.sif", "a.def"), err: /#!\/bin\/cat/ },
      { run: ["berth", "run", "a.sif", "x"], out: "/.singularity.d/runscript x" },
      { run: exec("a.sif", "cat", "/who"), out: "/.singularity.d/.script" },
      { run: exec("a.sif", "ls", "/.singularity.d/.script"), exit: 1 },
    ],
  },
  {
    id: "157",
    title: "--bind and --mount during the build",
    differs: "a target that is missing is made, and taken away afterwards",
    steps: [
      { run: ["mkdir", "shared"] },
      write("shared/in", "from outside\n"),
      write("a.def", `${SMALL}%post\n  cp /mnt/in /in\n  echo back > /mnt/out\n`),
      { run: build("--bind", "shared:/mnt", "a.sif", "a.def") },
      { run: exec("a.sif", "cat", "/in"), out: "from outside" },
      { run: ["cat", "shared/out"], out: "back" },
      { run: build("--bind", "shared:/mnt:ro", "b.sif", "a.def"), exit: 255, err: /[Rr]ead-only/ },
      { run: build("--mount", "type=bind,src=shared,dst=/mnt,ro", "b.sif", "a.def"), exit: 255 },
      { run: build("--bind", "nosuch:/mnt", "b.sif", "a.def"), exit: 255, err: /nosuch/ },
      write("c.def", `${SMALL}%post\n  ls /new/place\n`),
      { run: build("--bind", "shared:/new/place", "c.sif", "c.def") },
      { run: exec("c.sif", "ls", "/new"), exit: 1 },
      write("d.def", `${SMALL}%post\n  head -c 3 /dev/device | wc -c > /count\n`),
      { run: build("--bind", "/dev/zero:/dev/device", "d.sif", "d.def") },
      { run: exec("d.sif", "cat", "/count"), out: "3" },
    ],
  },
  {
    id: "158",
    title: "--mksquashfs-args",
    needs: ["mksquashfs"],
    steps: [
      write("a.def", SMALL),
      { run: build("--mksquashfs-args", "-comp lz4", "a.sif", "a.def") },
      { run: exec("a.sif", "true") },
    ],
  },
  {
    id: "159",
    title: "--section",
    steps: [
      write(
        "a.def",
        `${SMALL}%post\n  echo > /post\n%setup\n  echo > {work}/setup\n%labels\n  mine 1\n%test\n  exit 1\n`,
      ),
      { run: build("--section", "post,labels", "a.sif", "a.def") },
      { run: exec("a.sif", "ls", "/post"), out: "/post" },
      { run: ["berth", "inspect", "a.sif"], out: /mine: 1/ },
      { run: build("--section", "none", "b.sif", "a.def") },
      { run: exec("b.sif", "ls", "/post"), exit: 1 },
      { run: ["berth", "inspect", "b.sif"], notOut: /mine/ },
      { run: ["ls"], out: "a.def\na.sif\nb.sif" },
    ],
  },
  {
    id: "160",
    title: "the group of a file stays what the build made it",
    steps: [
      write(
        "a.def",
        `${SMALL}%post\n  echo shadow:x:42: >> /etc/group\n  touch /etc/shadow\n  chgrp shadow /etc/shadow\n`,
      ),
      { run: build("a.sif", "a.def") },
      { run: exec("--fakeroot", "a.sif", "stat", "-c", "%G", "/etc/shadow"), out: "shadow" },
    ],
  },
  {
    id: "161",
    title: "the header of the result",
    differs: "every build is reproducible; the UUID is made from the content, so that different images differ",
    steps: [
      write("a.def", `${SMALL}%post\n  date > /date\n`),
      { run: build("a.sif", "a.def") },
      { run: build("b.sif", "a.def") },
      { run: ["cmp", "a.sif", "b.sif"] },
      { run: ["berth", "sif", "header", "a.sif"], out: /run-singularity/ },
    ],
  },
  {
    id: "162",
    title: "Fingerprints of a base that is not signed",
    steps: [
      write(
        "a.def",
        "Bootstrap: localimage\nFrom: {images}/small.sif\nFingerprints: 0123456789ABCDEF0123456789ABCDEF01234567\n",
      ),
      { run: build("a.sif", "a.def"), exit: 255, err: /signature not found/ },
    ],
  },
];
