// Rows 163 to 165 of the catalogue: inspect (spec/apptainer.md 4.7).

import type { Case, Step } from "./case.ts";

const DEFINITION = `Bootstrap: docker
From: {reg}/small
%environment
  export E=1
%runscript
  echo run
%startscript
  echo start
%test
  echo test
%help
  Some help.
%labels
  mine 1
%apprun foo
  echo foo
`;

/** What every kind of image must say. */
function inspections(image: string): Step[] {
  const inspect = (...words: string[]) => ["berth", "inspect", ...words, image];
  return [
    { run: inspect(), out: /mine: 1/ },
    { run: inspect("-l"), out: /mine: 1\n[\s\S]*org\.example\.name: small/ },
    { run: inspect("-d"), out: /^Bootstrap: docker\n/ },
    { run: inspect("-r"), out: /^#!\/bin\/sh\n[\s\S]*echo run/ },
    { run: inspect("-H"), out: /Some help\./ },
    { run: inspect("-e"), out: /90-environment\.sh[\s\S]*export E=1/ },
    { run: inspect("-s"), out: /echo start/ },
    { run: inspect("-t"), out: /echo test/ },
    { run: inspect("--list-apps"), out: "foo" },
    { run: inspect("--app", "foo", "-r"), out: /echo foo/ },
    { run: ["sh", "-c", `berth inspect --all ${image} | cmp - all.json`] },
    { run: inspect("--json", "-l"), out: /"mine": ?"1"/ },
  ];
}

export const INSPECTING: readonly Case[] = [
  {
    id: "163",
    title: "a SIF file, its squashfs file and its sandbox say the same",
    steps: [
      { run: ["sh", "-c", "cat > a.def"], stdin: DEFINITION },
      { run: ["berth", "build", "a.sif", "a.def"] },
      { run: ["sh", "-c", "berth inspect --all a.sif > all.json"] },
      { run: ["sh", "-c", "berth sif dump 7 a.sif > a.squashfs"] },
      { run: ["berth", "build", "--sandbox", "box", "a.def"] },
      ...inspections("a.sif"),
      ...inspections("a.squashfs"),
      ...inspections("box"),
    ],
  },
  {
    id: "164",
    title: "labels of the image it was made from",
    steps: [{ run: ["berth", "inspect", "{images}/small.sif"], out: /org\.example\.name: small/ }],
  },
  { id: "165", title: "an image that is not there", steps: [{ run: ["berth", "inspect", "nosuch"], exit: 255 }] },
];
