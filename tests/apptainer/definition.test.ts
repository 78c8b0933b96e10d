// One definition file built by both: the real Apptainer and berth must make images that behave alike, run each other's, and
// build on each other's.

import { chmodSync, chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGES } from "../catalogue/images.ts";
import { BINARY, missing } from "../catalogue/world.ts";
import { writeLayout } from "../support/oci-image.ts";
import { type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";
import { apptainer, noApptainer } from "./peer.ts";

const reason = noApptainer() ?? missing();
const SLOW = { timeout: 60_000 };

const DEFINITION = `Bootstrap: localimage
From: small.sif
Stage: one

%arguments
  WHO=world
%post
  mkdir /made && echo "for {{ WHO }}" > /made/a

Bootstrap: localimage
From: small.sif

%files from one
  /made /opt/
%files
  data.txt
  "with blank" /opt/blank
%setup
  echo setup > $APPTAINER_ROOTFS/setup
%post
  test "$SMALL_VAR" = "from image"
  echo "labels.post yes it is" >> $APPTAINER_LABELS
  echo 'export POSTED="a b"' >> $APPTAINER_ENVIRONMENT
  pwd > /where
%environment
  export DEFINED="value $SMALL_VAR"
%runscript
  echo "run: $*"
%test
  echo testing
  exit 4
%startscript
  exec sleep 100
%help
  Some help
  on two lines
%labels
  org.example.mine a label
%appinstall foo
  echo installed > bin/made
%appfiles foo
  data.txt lib/data.txt
%appenv foo
  export FOO=foo
%applabels foo
  name of foo
%apprun foo
  echo "foo: $*" $(cat /scif/apps/foo/bin/made /scif/apps/foo/lib/data.txt)
%apphelp foo
  Help of foo
`;

/** What is asked of the images of both, and of both tools. */
const QUESTIONS: readonly (readonly string[])[] = [
  ["run", "{}", "a", "b"],
  ["exec", "{}", "sh", "-c", "echo $DEFINED, $POSTED, $SMALL_VAR"],
  ["exec", "{}", "cat", "/opt/made/a", "/data.txt", "/opt/blank", "/setup", "/where"],
  ["exec", "{}", "sh", "-c", "echo $SCIF_APPROOT_foo $SCIF_APPBIN_foo $SCIF_APPDATA_foo"],
  ["exec", "{}", "find", "/scif", "-type", "d"],
  ["exec", "{}", "ls", "-a", "/.singularity.d", "/.singularity.d/env"],
  ["test", "{}"],
  ["run", "--app", "foo", "{}", "x"],
  ["run-help", "{}"],
  ["run-help", "--app", "foo", "{}"],
  ["inspect", "--runscript", "{}"],
  ["inspect", "--startscript", "{}"],
  ["inspect", "--test", "{}"],
  ["inspect", "--helpfile", "{}"],
  ["inspect", "--list-apps", "{}"],
  ["inspect", "--app", "foo", "--labels", "{}"],
];

describe.skipIf(reason)(`definition files in berth and Apptainer${reason ? ` [${reason}]` : ""}`, () => {
  let folder: string;
  let user: OrdinaryUser;
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    user = ordinaryUser();
    folder = mkdtempSync(join(tmpdir(), "berth-definition-"));
    chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o755);
    await writeLayout(at("layout"), IMAGES);
    const files = { "a.def": DEFINITION, "data.txt": "data\n", "with blank": "blank\n" };
    for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
    must(berth(["pull", "small.sif", "oci:layout:small"]));
    must(berth(["build", "-T", "ours.sif", "a.def"]));
    must(theirs(["build", "-T", "theirs.sif", "a.def"]));
  }, 120_000);
  afterAll(() => {
    removeAll(folder);
  });

  function berth(words: readonly string[]) {
    const env = { BERTH_CACHEDIR: at("cache"), BERTH_RUNTIMEDIR: at("run") };
    return runAs(user, [BINARY, ...words], { cwd: folder, env });
  }
  function theirs(words: readonly string[], who: "user" | "root" = "user") {
    const env = { APPTAINER_CACHEDIR: at(`cache-${who}`), APPTAINER_TMPDIR: folder, APPTAINER_MESSAGELEVEL: "-1" };
    return apptainer(words, { cwd: folder, env, ...(who === "user" ? { user } : {}) });
  }
  const ask = (question: readonly string[], image: string) => question.map((word) => (word === "{}" ? image : word));
  const said = ({ stdout, status }: { readonly stdout: string; readonly status: number | null }) => ({
    status,
    stdout: stdout.trim(),
  });

  test.each(QUESTIONS.map((words) => [words.join(" "), words] as const))("%s", SLOW, (_, words) => {
    const want = said(theirs(ask(words, "theirs.sif")));
    expect({ berth: said(berth(ask(words, "ours.sif"))) }).toEqual({ berth: want });
    expect({ ours: said(theirs(ask(words, "ours.sif"))) }).toEqual({ ours: want });
    expect({ theirs: said(berth(ask(words, "theirs.sif"))) }).toEqual({ theirs: want });
  });

  test("each builds on the other's image, and keeps what that says of itself", SLOW, () => {
    const next = (base: string) => `Bootstrap: localimage\nFrom: ${base}\n%environment\n  export NEXT="$DEFINED"\n`;
    writeFileSync(at("on-theirs.def"), next("theirs.sif"));
    writeFileSync(at("on-ours.def"), next("ours.sif"));
    must(berth(["build", "on-theirs.sif", "on-theirs.def"]));
    must(theirs(["build", "on-ours.sif", "on-ours.def"]));
    for (const question of [
      ["exec", "{}", "sh", "-c", "echo $NEXT $POSTED"],
      ["run", "{}", "again"],
      ["exec", "{}", "ls", "/.singularity.d/bootstrap_history"],
    ]) {
      const want = said(theirs(ask(question, "on-ours.sif")));
      expect({ question, answer: said(berth(ask(question, "on-theirs.sif"))) }).toEqual({ question, answer: want });
    }
  });
});

function must(result: { readonly status: number | null; readonly stderr: string }): void {
  if (result.status !== 0) throw new Error(result.stderr);
}
