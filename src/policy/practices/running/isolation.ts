// What Apptainer's containers see of the host, and which rights they keep: RUN011.

import { practice } from "../../practice.ts";
import type { LaunchSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { headOf } from "./confinement.ts";

const WEAKER: ReadonlyMap<string, string> = new Map([
  ["keep-privs", "keeps root's rights"],
  ["add-caps", "adds rights of root"],
  ["allow-setuid", "lets setuid files work"],
  ["fakeroot", "makes the caller root inside"],
]);

export const ISOLATION = practice({
  id: "RUN011",
  title: "Apptainer keeps the isolation that the site asks for",
  severity: "warning",
  class: "optional",
  certainty: "certain",
  message: "--{option} {what}",
  hint: "leave it out; add --containall where nothing of the host is needed",
  why: "An image of somebody else's should not reach more than it needs.",
  source: "N3.2",
  peers: [],
  cases: {
    missing: { message: "the container sees {what} of the host", hint: "add --{option}, and bind what it needs" },
  },
  checks: { launch: isolation },
  passes: [
    { shows: "--containall", run: "apptainer exec --containall x.sif y\n" },
    { shows: "nobody asks for it", run: "apptainer exec --bind /data:/data x.sif y\n" },
    { shows: "--contain", policy: { isolation: "contain" }, run: "apptainer exec --cleanenv -c x.sif y\n" },
    {
      shows: "more than is asked for",
      policy: { isolation: "no-home" },
      run: "apptainer run --bind /data:/data --compat x.sif\n",
    },
    { shows: "--no-mount", policy: { isolation: "no-home" }, run: "apptainer run --no-mount tmp,home x.sif\n" },
    {
      shows: "a variable",
      policy: { isolation: "contain" },
      run: "export APPTAINER_CONTAIN=1\napptainer run x.sif\n",
    },
    {
      shows: "Docker's are contained",
      policy: { isolation: "contain" },
      run: "docker run --read-only --user 501:501 img:1\n",
    },
  ],
  fails: [
    { shows: "--keep-privs", run: "apptainer exec --keep-privs x.sif y\n", expect: { line: 1 } },
    { shows: "by a variable", run: "SINGULARITY_ADD_CAPS=SYS_ADMIN singularity run x.sif\n", expect: { line: 1 } },
    { shows: "--fakeroot", run: "apptainer shell -f x.sif\n", expect: { says: "--fakeroot" } },
    {
      shows: "the site asks for --contain",
      policy: { isolation: "contain" },
      run: "apptainer exec --no-home x.sif y\n",
      expect: { case: "missing", line: 1, says: "home and other folders" },
    },
    {
      shows: "the site asks for --no-home",
      policy: { isolation: "no-home" },
      run: "apptainer exec --contain=false x.sif y\n",
      expect: { case: "missing", says: "sees home of the host" },
    },
  ],
});

const CONTAINED = ["contain", "containall", "compat"];

function isolation({ launch, tables }: LaunchSubject): readonly Hit[] {
  const { tool, flags, range } = launch;
  if (tool !== "apptainer") return [];
  const set = flags.filter(({ value }) => value !== "false");
  const weaker = set.flatMap((flag): readonly Hit[] => {
    const what = WEAKER.get(flag.name);
    return what === undefined ? [] : [{ fields: { option: flag.name, what }, range: flag.range }];
  });
  const option = tables.isolation;
  const isContained = set.some(({ name }) => CONTAINED.includes(name));
  if (option === "none" || isContained || (option === "no-home" && set.some(withoutHome))) return weaker;
  const what = option === "contain" ? "home and other folders" : "home";
  return [...weaker, { case: "missing", fields: { option, what }, range: headOf(range) }];
}

function withoutHome({ name, value }: LaunchSubject["launch"]["flags"][number]): boolean {
  return name === "no-home" || (name === "no-mount" && value?.split(",").includes("home") === true);
}
