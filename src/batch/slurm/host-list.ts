// Slurm's short way to write lists of nodes, `n[1-3,07-09]x,login`, and of numbers, `8(x2),4`. Pure.

import { fail } from "./errors.ts";

// Far beyond any machine.
const MAX_HOSTS = 100_000;

/** The names of a list, in its order. @throws E_SLURM_NODES */
export function expandHosts(list: string): readonly string[] {
  const bad = (why: string) => fail("E_SLURM_NODES", { list: list.slice(0, 200), why });
  const names: string[] = [];
  for (const word of splitOutside(list, bad)) {
    const more = expandWord(word, bad, MAX_HOSTS - names.length);
    for (const name of more) names.push(name);
  }
  return names;
}

/** The numbers of a list, each as often as it says. @throws E_SLURM_NODES */
export function expandCounts(list: string): readonly number[] {
  const bad = (why: string) => fail("E_SLURM_NODES", { list: list.slice(0, 200), why });
  const counts: number[] = [];
  for (const word of list.split(",").filter((each) => each !== "")) {
    const [, number, , times = "1"] = /^(\d{1,7})(\(x(\d{1,7})\))?$/.exec(word) ?? [];
    if (number === undefined) throw bad(`"${word}" is no number`);
    if (counts.length + Number(times) > MAX_HOSTS) throw bad(`it has more than ${MAX_HOSTS} nodes`);
    for (let i = 0; i < Number(times); i += 1) counts.push(Number(number));
  }
  return counts;
}

/** `host/n host/n …` as a set-up is told of it: the processors that the job has on each node, one where that is not known. */
export function hostsText(nodes: string, cpus: string | undefined): string {
  const counts = expandCounts(cpus ?? "");
  return expandHosts(nodes)
    .map((name, index) => `${name}/${Math.max(1, counts[index] ?? 1)}`)
    .join(" ");
}

// At commas that stand in no brackets.
function splitOutside(list: string, bad: (why: string) => Error): readonly string[] {
  const words = list.match(/(?:\[[^\]]*\]|[^,[\]])+/g) ?? [];
  if (words.join("").length !== list.replace(/,(?![^[]*\])/g, "").length) throw bad("its brackets do not match");
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

function expandWord(word: string, bad: (why: string) => Error, room: number): readonly string[] {
  const parts = word.split(/\[([^\]]*)\]/);
  let names = [""];
  for (const [index, part] of parts.entries()) {
    const choices = index % 2 === 0 ? [part] : expandRanges(part, bad, room);
    if (names.length * choices.length > room) throw bad(`it has more than ${MAX_HOSTS} nodes`);
    names = names.flatMap((name) => choices.map((choice) => name + choice));
  }
  return names;
}

function expandRanges(text: string, bad: (why: string) => Error, room: number): readonly string[] {
  const numbers: string[] = [];
  for (const range of text.split(",")) {
    const [, from, to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(range) ?? [];
    if (from === undefined || to === undefined || Number(to) < Number(from)) throw bad(`"${range}" is no range`);
    if (numbers.length + Number(to) - Number(from) >= room) throw bad(`it has more than ${MAX_HOSTS} nodes`);
    for (let i = Number(from); i <= Number(to); i += 1) numbers.push(String(i).padStart(from.length, "0"));
  }
  return numbers;
}
