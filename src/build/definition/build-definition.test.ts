import { describe, expect, test } from "vitest";
import { hasCode } from "../../base/errors.ts";
import type { RunStep } from "../types.ts";
import { buildDefinition } from "./build-definition.ts";
import type { DefinitionJob } from "./job.ts";
import { FakeBuilder, type FakeOptions, fakeJob } from "./testing.ts";

const BASE: FakeOptions = {
  config: { Env: ["PATH=/opt/bin:/bin", "A=b"], Cmd: ["bash"], Labels: { owner: "base" }, WorkingDir: "/w" },
  created: "2026-01-02T03:04:05Z",
};

async function build(definition: string, job: Partial<DefinitionJob> = {}, options: FakeOptions = BASE) {
  const builder = new FakeBuilder(options);
  const image = await buildDefinition(fakeJob(definition, job), builder);
  const files = builder.files(image.state);
  const text = (path: string) => files.get(path)?.content;
  const runs = builder.asked.flatMap(({ step }): RunStep[] => (step.kind === "run" ? [step] : []));
  return { builder, image, files, text, runs };
}

const message = async (work: Promise<unknown>) =>
  work.then(
    () => "",
    (error: Error) => error.message,
  );

const FULL = `Bootstrap: docker
From: debian:13
%arguments
  V=7
%test
  true
%post
  make {{ V }}
%files
  /a/x
  b /opt/
  c /opt/
%setup
  touch $APPTAINER_ROOTFS/x
%pre
  date
%environment
  export E={{ V }}
%runscript
  exec tool "$@"
%startscript
  exec daemon
%help
  Call me.
%labels
  version {{ V }}
%appinstall foo
  make foo
%apprun foo
  exec foo
%applabels foo
  N 1
%appfiles foo
  f.txt bin/f
`;

describe("a definition with every section", () => {
  test("is carried out in Apptainer's order", async () => {
    const { builder } = await build(FULL);
    expect(builder.titles()).toEqual([
      "from %pre",
      "host %pre",
      "from docker: debian:13",
      "tar /.singularity.d",
      "copy %appfiles f.txt bin/f",
      "host %setup",
      "copy %files /a/x",
      "copy %files b /opt/",
      "run %post",
      "run %appinstall foo",
      "tar metadata of the definition",
      "check %test",
    ]);
  });

  test("leaves all of /.singularity.d", async () => {
    const { text, files, image } = await build(FULL);
    expect(text("/.singularity.d/runscript")).toBe('#!/bin/sh\n\n  exec tool "$@"\n');
    expect(text("/.singularity.d/startscript")).toBe("#!/bin/sh\n\n  exec daemon\n");
    expect(text("/.singularity.d/test")).toBe("#!/bin/sh\n\n  true\n");
    expect(text("/.singularity.d/runscript.help")).toBe("  Call me.\n");
    expect(text("/.singularity.d/env/90-environment.sh")).toBe("#!/bin/sh\n  export E=7\n");
    expect(text("/.singularity.d/env/10-docker2singularity.sh")).toContain("export A='b'");
    expect(text("/.singularity.d/Singularity")).toBe(FULL);
    expect(files.get("/.singularity.d/runscript")?.mode).toBe(0o755);
    expect(image.config.Entrypoint).toEqual(["/.singularity.d/runscript"]);
    expect(image.config).toMatchObject({ Env: ["PATH=/opt/bin:/bin", "A=b", "E=7"], WorkingDir: "/w" });
    expect(image.config).not.toHaveProperty("Cmd");
  });

  test("has the labels of the base, its own and those of every build", async () => {
    const { text, image } = await build(FULL);
    const labels = {
      "org.label-schema.build-arch": "amd64",
      "org.label-schema.build-date": "Friday_2_January_2026_3:04:05_UTC",
      "org.label-schema.schema-version": "1.0",
      "org.label-schema.usage": "/.singularity.d/runscript.help",
      "org.label-schema.usage.apptainer.runscript.help": "/.singularity.d/runscript.help",
      "org.label-schema.usage.berth.version": "1.2.3",
      "org.label-schema.usage.singularity.deffile.bootstrap": "docker",
      "org.label-schema.usage.singularity.deffile.from": "debian:13",
      owner: "base",
      version: "7",
    };
    expect(JSON.parse(text("/.singularity.d/labels.json") ?? "")).toEqual(labels);
    expect(image.config.Labels).toEqual(labels);
  });

  test("takes a label of the command line before all others", async () => {
    const { image } = await build(FULL, { labels: new Map([["version", "8"]]) });
    expect(image.config.Labels).toMatchObject({ version: "8", owner: "base" });
  });

  test("has its apps", async () => {
    const { text, builder } = await build(FULL);
    expect(text("/scif/apps/foo/scif/runscript")).toBe("#!/bin/sh\n\n  exec foo\n");
    expect(JSON.parse(text("/scif/apps/foo/scif/labels.json") ?? "")).toEqual({ N: "1", SCIF_APP_NAME: "foo" });
    expect(text("/.singularity.d/env/94-appsbase.sh")).toContain('export SCIF_APPROOT_foo="/scif/apps/foo"\n');
    const copy = builder.asked.find(({ at }) => at.title.startsWith("%appfiles"))?.step;
    expect(copy).toMatchObject({ sources: ["/work/f.txt"], destination: "/scif/apps/foo/bin/f" });
  });

  test("runs %post as Apptainer does", async () => {
    const { runs } = await build(FULL, { environment: { HTTP_PROXY: "http://p", SECRET: "x", TERM: "dumb" } });
    expect(runs[0]).toMatchObject({ argv: ["/bin/sh", "-ex", "-c", "  make 7\n", "%post"], cwd: "/", network: "host" });
    expect(runs[0]?.env).toEqual({
      A: "b",
      APPTAINER_ENVIRONMENT: "/.singularity.d/env/91-environment.sh",
      APPTAINER_LABELS: "/.build.labels",
      HOME: "/root",
      HTTP_PROXY: "http://p",
      LANG: "C",
      PATH: "/opt/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin",
      SINGULARITY_ENVIRONMENT: "/.singularity.d/env/91-environment.sh",
      SINGULARITY_LABELS: "/.build.labels",
      TERM: "dumb",
    });
    expect(runs[0]?.hidden).toEqual(["TERM", "HTTP_PROXY"]);
    expect(runs[1]).toMatchObject({ cwd: "/scif/apps/foo" });
  });
});

describe("a build", () => {
  test("gives the same layers and labels each time", async () => {
    const [one, two] = [await build(FULL), await build(FULL)];
    const identities = ({ builder }: typeof one) =>
      builder.asked.map(({ step }) => (step.kind === "tar" ? step.identity : ""));
    expect(identities(one)).toEqual(identities(two));
  });

  test("takes only the sections that are wanted", async () => {
    const { builder, text } = await build(FULL, { sections: ["labels", "help"] });
    expect(builder.titles().slice(1)).toEqual(["tar /.singularity.d", "tar metadata of the definition"]);
    expect(text("/.singularity.d/runscript")).toContain("bash");
    expect(text("/.singularity.d/labels.json")).toContain("version");
    const { text: none } = await build(FULL, { sections: ["none"] });
    expect(JSON.parse(none("/.singularity.d/labels.json") ?? "")).not.toHaveProperty("version");
  });

  test("keeps what %post writes into $APPTAINER_LABELS and $APPTAINER_ENVIRONMENT", async () => {
    const { text, files } = await build(
      "Bootstrap: docker\nFrom: a\n%post\n x\n",
      {},
      {
        ...BASE,
        onRun: (step, all) => {
          all.set(step.env["APPTAINER_LABELS"] ?? "", { content: "built yes it is\n", mode: 0o644 });
          const path = step.env["APPTAINER_ENVIRONMENT"] ?? "";
          all.set(path, { content: `${all.get(path)?.content}export X=1\n`, mode: 0o755 });
        },
      },
    );
    expect(JSON.parse(text("/.singularity.d/labels.json") ?? "")).toMatchObject({ built: "yes it is" });
    expect(files.has("/.build.labels")).toBe(false);
    expect(text("/.singularity.d/env/91-environment.sh")).toBe("#!/bin/sh\nexport X=1\n");
  });

  test("on an image that was built from a definition keeps its scripts and its history", async () => {
    const files = {
      "/.singularity.d/runscript": "#!/bin/sh\nold\n",
      "/.singularity.d/Singularity": "old definition",
      "/.singularity.d/bootstrap_history/Apptainer0": "older",
      "/.singularity.d/env/90-environment.sh": "#!/bin/sh\nexport OLD=1",
      "/.singularity.d/labels.json": '{"kept":"1","mine":"1"}',
    };
    const definition = "Bootstrap: localimage\nFrom: a.sif\n%environment\nexport NEW=1\n%labels\nmine 2\n%post\n x\n";
    const { text, runs, builder } = await build(definition, {}, { files });
    expect(text("/.singularity.d/runscript")).toBe("#!/bin/sh\nold\n");
    expect(text("/.singularity.d/bootstrap_history/Apptainer1")).toBe("old definition");
    expect(text("/.singularity.d/env/90-environment.sh")).toBe("#!/bin/sh\nexport OLD=1\nexport NEW=1\n");
    expect(JSON.parse(text("/.singularity.d/labels.json") ?? "")).toMatchObject({ kept: "1", mine: "1" });
    expect(runs[0]?.argv.slice(-5)).toEqual(["/bin/sh", "-ex", "-c", " x\n", "%post"]);
    expect(runs[0]?.argv[2]).toContain("/.singularity.d/env/*.sh");
    expect(builder.asked[0]?.step).toMatchObject({ base: { source: { kind: "file", path: "/work/a.sif" } } });
    const forced = await build(definition, { force: true }, { files });
    expect(JSON.parse(forced.text("/.singularity.d/labels.json") ?? "")).toMatchObject({ mine: "2" });
  });

  test("copies from the stages before", async () => {
    const definition = `Bootstrap: docker
From: a
Stage: one
%post
 x
Bootstrap: scratch
%files from one
  /opt/*/bin
  /opt/tool /usr/bin/tool
`;
    const { builder } = await build(definition);
    const copies = builder.asked.flatMap(({ step }) => (step.kind === "copy" ? [step] : []));
    expect(copies).toMatchObject([
      { sources: ["/opt/*/bin"], destination: "/", parents: true, follow: true, from: { kind: "state" } },
      { sources: ["/opt/tool"], destination: "/usr/bin/tool", style: "cp" },
    ]);
    expect(builder.titles().filter((title) => title.includes("metadata"))).toHaveLength(1);
  });

  test("fails when %test fails, unless it is left out", async () => {
    const definition = "Bootstrap: docker\nFrom: a\n%test\n  exit 3\n";
    const failing = { ...BASE, status: 3 };
    expect(await message(build(definition, {}, failing))).toContain("failed to execute %test script: exit status 3\n");
    expect((await build(definition, { test: false }, failing)).text("/.singularity.d/test")).toContain("exit 3");
  });

  test("of a script for another interpreter, or a very long one, gives it as a file that the key still knows", async () => {
    const python = await build("Bootstrap: docker\nFrom: a\n%post -c /usr/bin/python3 -u\nprint(1)\n");
    expect(python.runs[0]?.argv).toEqual(["/usr/bin/python3", "-u", "/.singularity.d/.script"]);
    const long = await build(`Bootstrap: docker\nFrom: a\n%post\n${"echo\n".repeat(30_000)}`);
    expect(long.runs[0]?.argv).toEqual(["/bin/sh", "-ex", "/.singularity.d/.script"]);
    const mount = { kind: "bind", target: "/.singularity.d/.script", path: "/script", writable: false };
    expect(long.runs[0]?.mounts).toMatchObject([mount]);
    expect(long.builder.asked.some(({ step }) => step.kind === "copy" || step.kind === "tar")).toBe(true);
    const bash = await build("Bootstrap: docker\nFrom: a\n%post -c /bin/bash\necho\n");
    expect(bash.runs[0]?.argv).toEqual(["/bin/bash", "-c", "echo\n", "%post"]);
  });

  test("begins with the sandbox that is updated", async () => {
    const { builder } = await build(FULL, { update: { kind: "file", path: "/sandbox" } });
    expect(builder.asked.find(({ step }) => step.kind === "from" && step.base.kind === "image")?.step).toMatchObject({
      base: { source: { kind: "file", path: "/sandbox" } },
    });
  });
});

describe("Fingerprints:", () => {
  const signed = "Bootstrap: localimage\nFrom: a.sif\nFingerprints: 0xab12, CD34\n";

  test("are those of all keys that must have signed the base", async () => {
    const signedBy = async (path: string) => (path === "/work/a.sif" ? ["AB12", "CD34", "EF"] : []);
    expect((await build(signed, { signedBy })).builder.titles()).toContain("from localimage: a.sif");
    const none = build(signed.replace("0xab12, CD34", ","), { signedBy });
    expect(await message(none)).toContain("no fingerprint is named");
    const lacking = build(signed, { signedBy: async () => ["AB12"] });
    expect(await message(lacking)).toContain("signature not found: /work/a.sif is not signed by CD34\n");
  });
});

describe("a mistake", () => {
  test.each([
    ["Bootstrap: nosuch\n", "Unable to create build: unable to get conveyorpacker: invalid build source nosuch"],
    ["Bootstrap: docker\n", "Bootstrap: docker needs a header From"],
    ["Bootstrap: shub\nFrom: a\n", "Bootstrap: shub is not supported"],
    ["Bootstrap: docker\nFrom: a\n%files from missing\n/a\n", "stage missing was not found"],
    ["Bootstrap: docker\nFrom: {{ IM }}\n", "build var IM is not defined through either"],
    ["Bootstrap: docker\nFrom: a\n%bogus\n", "invalid section(s) specified: bogus"],
    ["Bootstrap: docker\nFrom: a\nFingerprints: AB\n", "Fingerprints: can be checked for image files only"],
    ["Bootstrap: localimage\nFrom: a\nFingerprints: AB\n", "signature not found"],
    ["Bootstrap: debootstrap\nOSVersion: --x\n", "osversion: --x begins with a dash"],
    ["Bootstrap: zypper\nMirrorURL: http://x\n", "Bootstrap: zypper needs zypper, and this machine has none"],
    ["Bootstrap: scratch\nStage: a\nBootstrap: scratch\nStage: a\n", "two stages have the name a"],
  ])("%j is shown with its lines", async (definition, words) => {
    const said = await message(build(definition, { environment: { PATH: "/nowhere" } }));
    expect(said).toContain(words);
    expect(said).toMatch(/\n> \d \| /);
  });

  test("in several places is told once for each", async () => {
    const said = await message(build("Bootstrap: docker\nFrm: a\n%psot\n%files\na b c\n"));
    expect(said).toContain("invalid header keyword found: frm");
    expect(said).toContain("invalid section(s) specified: psot");
    expect(said).toContain("a source and at most one destination");
    expect(said).toContain("did you mean %post?");
  });

  test("of an argument that nothing uses stops the build, or is a warning", async () => {
    const unused = { arguments: new Map([["V", "1"]]) };
    const failing = build("Bootstrap: docker\nFrom: a\n", unused);
    await expect(failing).rejects.toSatisfy((error) => hasCode(error, "E_DEFINITION_UNUSED"));
    expect(await message(failing)).toContain(
      "unused build args: V. Use option --warn-unused-build-args to show a warning",
    );
    await build("Bootstrap: docker\nFrom: a\n", { ...unused, warnUnused: true });
  });

  test("stops before a byte is fetched", async () => {
    const builder = new FakeBuilder(BASE);
    await expect(buildDefinition(fakeJob("Bootstrap: docker\nFrom: a\n%bogus\n"), builder)).rejects.toThrow();
    expect(builder.asked).toEqual([]);
  });
});
