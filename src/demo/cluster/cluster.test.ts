import { expect, test } from "vitest";
import { slurmConf } from "./config.ts";
import { freePorts } from "./free-ports.ts";
import { needPrograms } from "./lacking.ts";

const FACTS = {
  dir: "/d",
  name: "c",
  host: "here",
  controllerPort: 7000,
  nodes: [
    { name: "c-n1", port: 7001 },
    { name: "c-n2", port: 7002 },
  ],
  cpus: 2,
  mungeSocket: "/d/munge/socket",
  lines: ["KillWait=5"],
};

test("every node has a name and a port of its own on this machine", () => {
  const lines = slurmConf(FACTS).split("\n");
  expect(lines.filter((line) => line.startsWith("NodeName="))).toEqual([
    "NodeName=c-n1 NodeHostname=here NodeAddr=127.0.0.1 Port=7001 CPUs=2 RealMemory=2000",
    "NodeName=c-n2 NodeHostname=here NodeAddr=127.0.0.1 Port=7002 CPUs=2 RealMemory=2000",
  ]);
});

test("further lines come after those that they may replace", () => {
  const text = slurmConf(FACTS);
  expect(text.indexOf("KillWait=5")).toBeGreaterThan(text.indexOf("KillWait=2"));
});

test("what is missing is named with its packages, each once", () => {
  expect(() => needPrograms("/nonexistent")).toThrow("a cluster needs munged, slurmctld, slurmd, sbatch, sinfo");
  try {
    needPrograms("/nonexistent");
  } catch (error) {
    expect(error).toMatchObject({ exit: 1, hint: expect.stringMatching(/ munge slurm-wlm util-linux$/) });
  }
});

test("free ports are different from each other", async () => {
  const ports = await freePorts(8);
  expect(new Set(ports).size).toBe(8);
  expect(Math.min(...ports)).toBeGreaterThan(0);
});
