import { describe, expect, test } from "vitest";
import { stageBase } from "./base.ts";
import { readRecipe } from "./recipe.ts";
import { fakeJob } from "./testing.ts";

function base(head: string) {
  const [stage] = readRecipe(fakeJob(head));
  if (!stage) throw new Error("no stage");
  const found = stageBase(stage, "/work");
  return found.kind === "source" && found.source.kind === "image" ? found.source.source : found;
}

describe("the headers of a stage name its base:", () => {
  test.each([
    ["Bootstrap: docker-archive\nFrom: a.tar:b:c", { kind: "docker-archive", path: "/work/a.tar", image: "b:c" }],
    ["Bootstrap: docker-daemon\nFrom: b:c", { kind: "docker-daemon", image: "b:c" }],
    ["Bootstrap: oci\nFrom: /l:tag", { kind: "oci", path: "/l", tag: "tag" }],
    ["bootstrap: OCI-archive\nFrom: x.tar", { kind: "oci-archive", path: "/work/x.tar" }],
    ["Bootstrap: localimage\nFrom: ../x.sif", { kind: "file", path: "/x.sif" }],
    ["Bootstrap: scratch", { kind: "source", source: { kind: "scratch" } }],
    ["Bootstrap: debootstrap\nOSVersion: trixie", { kind: "program", agent: "debootstrap" }],
  ])("%j", (head, source) => {
    expect(base(head)).toMatchObject(source);
  });

  test.each([
    ["Bootstrap: docker\nFrom: debian:13", "docker.io/library/debian:13"],
    ["Bootstrap: docker\nRegistry: reg.example:5000\nFrom: a/b", "reg.example:5000/a/b:latest"],
    ["Bootstrap: docker\nRegistry: docker://reg.example/\nNamespace: n\nFrom: b:1", "reg.example/n/b:1"],
    ["Bootstrap: oras\nFrom: oras://reg.example/a:1", "reg.example/a:1"],
  ])("%j", (head, name) => {
    const source = base(head);
    if (!("reference" in source)) throw new Error("no reference");
    const { registry, repository, tag } = source.reference;
    expect(`${registry}/${repository}:${tag ?? "latest"}`).toBe(name);
  });
});
