// What practices see of recipes: stages and their bases, what is known before each step, commands with their places.

import { describe, expect, test } from "vitest";
import { viewRecipe } from "./recipe-view.ts";
import type { CommandView, RecipeView, StepView } from "./types.ts";

function docker(text: string, given: Readonly<Record<string, string>> = {}): RecipeView {
  return viewRecipe({ name: "Dockerfile", text }, "dockerfile", new Map(Object.entries(given)));
}

function definition(text: string): RecipeView {
  return viewRecipe({ name: "image.def", text }, "definition");
}

function stepsOf(view: RecipeView): readonly StepView[] {
  return view.stages.flatMap(({ steps }) => steps);
}

function commandsOf(view: RecipeView): readonly CommandView[] {
  return stepsOf(view).flatMap(({ scripts }) => scripts.flatMap(({ commands }) => commands));
}

function said(view: RecipeView): readonly string[] {
  return commandsOf(view).map(({ name, words }) => [name ?? "?", ...words.map(({ value }) => value ?? "?")].join(" "));
}

function texts(view: RecipeView): readonly string[] {
  return commandsOf(view).map(({ range }) => view.source.text.slice(range.start, range.end));
}

describe("stages", () => {
  test("the chain has the last stage and those that it is built from", () => {
    const view = docker("FROM a:1 AS base\nFROM b:1 AS other\nFROM base AS mid\nFROM mid\n");
    expect(view.chain.map(({ index }) => index)).toEqual([0, 2, 3]);
    expect(view.stages.map(({ final }) => final)).toEqual([true, false, true, true]);
  });

  test("a base takes defaults of arguments and those that are given", () => {
    const text = "ARG V=12\nFROM debian:$V\n";
    expect(docker(text).stages[0]?.base.resolved).toBe("debian:12");
    expect(docker(text, { V: "13" }).stages[0]?.base.name?.tag).toBe("13");
  });

  test("an argument without a value is named", () => {
    const [stage] = docker("ARG B\nFROM $B\n").stages;
    expect(stage?.base).toMatchObject({ resolved: undefined, missing: ["B"], name: undefined });
  });

  test("a stage takes over folder, user and environment of the stage that it is built from", () => {
    const view = docker("FROM a AS b\nENV X=1\nWORKDIR /w\nUSER 5\nFROM b\nWORKDIR sub\nRUN pwd\n");
    expect(view.stages[1]?.environment.get("X")).toBe("1");
    expect(stepsOf(view).at(-1)?.before).toMatchObject({ folder: "/w/sub", user: "5" });
  });

  test("stages of a definition file are built from images, and files come from stages above", () => {
    const text =
      "Bootstrap: docker\nFrom: a:1\nStage: one\n\nBootstrap: docker\nFrom: b:2\n\n%files from one\n  /x /y\n";
    const view = definition(text);
    expect(view.chain.map(({ index }) => index)).toEqual([1]);
    expect(stepsOf(view)[0]?.copies[0]?.from?.stage?.name).toBe("one");
  });
});

describe("what is known", () => {
  test("values of one ENV see the variables before it", () => {
    const view = docker("FROM a\nENV A=1\nENV A=2 B=$A\n");
    expect(view.stages[0]?.environment.get("B")).toBe("1");
  });

  test("a variable of the base image is not known", () => {
    const [run] = commandsOf(docker("FROM a\nRUN echo $HOME/x\n"));
    expect(run?.words[0]?.value).toBeUndefined();
  });

  test("a list in a variable is several words at one place", () => {
    const text = 'FROM a\nARG PKGS="gcc make"\nRUN apt-get install -y $PKGS\n';
    expect(said(docker(text))).toEqual(["apt-get install -y gcc make"]);
  });

  test("the folder follows cd, and a subshell forgets it", () => {
    const view = docker("FROM a\nWORKDIR /w\nRUN (cd sub && a) && b && cd /c && d\n");
    const folders = commandsOf(view).map(({ name, folder }) => [name, folder]);
    expect(folders).toEqual([
      ["cd", "/w"],
      ["a", "/w/sub"],
      ["b", "/w"],
      ["cd", "/w"],
      ["d", "/c"],
    ]);
  });

  test("what is set in a condition is not known behind it", () => {
    const view = docker("FROM a\nRUN V=1; if x; then V=2; fi; echo $V\n");
    expect(said(view).at(-1)).toBe("echo ?");
  });

  test("what is exported reaches commands, and what is only set does not", () => {
    const view = docker("FROM a\nRUN export A=1; B=2; C=3 run\n");
    const { variables } = commandsOf(view).at(-1) ?? { variables: new Map() };
    expect([variables.get("A"), variables.has("B"), variables.get("C")]).toEqual(["1", false, "3"]);
  });
});

describe("commands", () => {
  test("stand at their places through continuation lines and comments", () => {
    const text = "FROM a\nRUN apt-get update && \\\n    # why\n    sudo -E apt-get install -y \\\n      curl\n";
    const view = docker(text);
    expect(texts(view)).toEqual(["apt-get update", "sudo -E apt-get install -y \\\n      curl"]);
    const word = commandsOf(view)[1]?.words.at(-1);
    expect(text.slice(word?.range.start, word?.range.end)).toBe("curl");
  });

  test("of a script for another interpreter are not read", () => {
    const view = docker("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n");
    expect(stepsOf(view)[0]?.scripts[0]).toMatchObject({ shell: undefined, commands: [] });
  });

  test("of SHELL with pipefail end at a failure in a pipe", () => {
    const view = docker('FROM a\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN a | b\n');
    expect(commandsOf(view)[0]).toMatchObject({ errexit: true, pipefail: true });
  });

  test("of PowerShell are not read", () => {
    expect(commandsOf(docker('FROM a\nSHELL ["powershell", "-command"]\nRUN Get-Item x\n'))).toEqual([]);
  });

  test("of a JSON form are one command, or those of the shell in it", () => {
    expect(said(docker('FROM a\nCMD ["app", "a b"]\nRUN ["sh", "-c", "x && y"]\n'))).toEqual(["app a b", "x", "y"]);
  });

  test("of a definition file stand at their places although arguments were put in", () => {
    const text = "Bootstrap: docker\nFrom: a:{{ V }}\n\n%arguments\n  V=12345\n\n%post\n  echo {{ V }} x\n  wget y\n";
    const view = definition(text);
    expect(texts(view)).toEqual(["echo {{ V }} x", "wget y"]);
    expect(said(view)).toEqual(["echo 12345 x", "wget y"]);
  });
});

test("the last lines of a long recipe are seen as the first ones", () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `RUN echo ${index} && true`);
  expect(said(docker(["FROM a", ...lines].join("\n"))).at(-2)).toBe("echo 4999");
});
