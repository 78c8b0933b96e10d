// What practices see of run lines and of compose files' services.

import { describe, expect, test } from "vitest";
import { readStack } from "../../recipe/compose/read-stack.ts";
import { composeLaunches } from "./compose-launch.ts";
import { runLaunches } from "./run-launch.ts";
import type { LaunchView } from "./types.ts";

function run(text: string): LaunchView {
  const [launch] = runLaunches({ name: "job.sh", text });
  if (!launch) throw new Error("no launch");
  return launch;
}

function compose(text: string): readonly LaunchView[] {
  const source = { name: "compose.yaml", text };
  const { tree } = readStack([source], { read: () => undefined });
  return tree ? composeLaunches(source, tree, { name: "stack", tags: new Map() }) : [];
}

function mountsOf({ mounts }: LaunchView): readonly string[] {
  return mounts.map(({ source, target, readOnly }) => `${source}:${target}${readOnly ? ":ro" : ""}`);
}

describe("run lines", () => {
  test("of docker show what they ask of the engine", () => {
    const launch = run(
      "docker run -d --privileged -v /a:/b:ro --cap-add=cap_sys_admin --net host -p 80:8080 img:1 x\n",
    );
    expect(launch).toMatchObject({ tool: "docker", engine: true, service: true, privileged: { value: true } });
    expect(mountsOf(launch)).toEqual(["/a:/b:ro"]);
    expect(launch.capAdd[0]?.value).toBe("SYS_ADMIN");
    expect(launch.namespaces[0]).toMatchObject({ kind: "network", value: "host" });
    expect(launch.ports[0]).toMatchObject({ host: { first: 80 }, container: { first: 8080 } });
  });

  test("of apptainer mount what options and variables say", () => {
    const launch = run("export APPTAINER_BIND=/e:/f,/scratch\napptainer exec -B /home:/var,/x:/y:ro x.sif foo\n");
    expect(mountsOf(launch)).toEqual(["/home:/var", "/x:/y:ro", "/e:/f", "/scratch:/scratch"]);
  });

  test("of shifter take image and volumes from the batch directives", () => {
    const launch = run("#!/bin/bash\n#SBATCH --image=docker:a:1\n#SBATCH --volume=/g:/u:ro;/h:/v\nsrun shifter x\n");
    expect(launch.image?.value).toBe("docker:a:1");
    expect(mountsOf(launch)).toEqual(["/g:/u:ro", "/h:/v"]);
  });

  test("a switch that is set to false is off", () => {
    expect(run("docker run --privileged=false img\n").privileged?.value).toBe(false);
  });

  test("variables for the container come from options and from apptainer's prefix", () => {
    const names = (text: string) => run(text).environment.map(({ name, value }) => `${name}=${value}`);
    expect(names("docker run -e A=1 -e B img\n")).toEqual(["A=1", "B=undefined"]);
    expect(names("APPTAINERENV_C=2 apptainer run x.sif\n")).toEqual(["C=2"]);
  });
});

describe("services", () => {
  const TEXT = [
    "services:",
    "  web:",
    "    image: a:1",
    "    privileged: yes",
    "    user: 501:124",
    "    volumes: [/a:/b:ro, data:/d, {type: bind, source: /x, target: /y, read_only: true}]",
    "    ports: ['80:8080', 22:22]",
    "    cap_drop: [ALL]",
    "    tmpfs: /tmp",
    "volumes: {data: }",
    "",
  ].join("\n");

  test("show what they ask of the engine, also where the file has mistakes", () => {
    const [web] = compose(TEXT.replace("cap_drop", "not_a_key: 1\n    cap_drop"));
    expect(web).toMatchObject({ name: "web", privileged: { value: true }, user: { value: "501:124" } });
    expect(web && mountsOf(web)).toEqual(["/a:/b:ro", "data:/d", "/x:/y:ro", "undefined:/tmp"]);
    expect(web?.ports.map(({ text }) => text)).toEqual(["80:8080", "22:22"]);
    expect(web?.capDrop[0]?.value).toBe("ALL");
  });

  test("know where a key can be put in", () => {
    const [web] = compose(TEXT);
    expect(web?.insertion).toEqual({ at: TEXT.indexOf("    image"), indent: "    " });
    expect(compose("services: {web: {image: a}}\n")[0]?.insertion).toBeUndefined();
  });

  test("have their own place for every value", () => {
    const [web] = compose(TEXT);
    const { start = 0, end = 0 } = web?.privileged?.range ?? {};
    expect(TEXT.slice(start, end)).toBe("yes");
  });
});
