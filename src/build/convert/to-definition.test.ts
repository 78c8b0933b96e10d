// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Dockerfiles

import { describe, expect, test } from "vitest";
import { resolveDefinition } from "../../recipe/definition/index.ts";
import { reportTable } from "./report.ts";
import { functionLines } from "./shell-functions.ts";
import { definitionOf, fates, sectionOf } from "./testing.ts";

// %post without its scaffolding and its comments.
function post(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  let lines = sectionOf(definitionOf(text, { files }), "post").join("\n");
  for (const name of ["copy_files", "make_folder", "lay_over", "as_user"] as const) {
    const own = functionLines(new Set([name])).map((line) => line.trim());
    lines = lines.replace(own.join("\n"), "");
  }
  const around = /^(?:#|set -e$|exec <|cd \/$|rm -rf \/\.convert$)/;
  return lines.split("\n").filter((line) => line !== "" && !around.test(line));
}

describe("a whole Dockerfile", () => {
  test("becomes a definition with the lines of both sides", () => {
    const conversion = definitionOf(
      [
        "ARG BASE=debian:13",
        "FROM golang:1.22 AS build",
        "WORKDIR /src",
        "COPY main.go .",
        "RUN go build -o /out/app",
        "FROM $BASE",
        "COPY --from=build /out/app /usr/local/bin/app",
        'ENV GREETING="it\'s me"',
        'ENTRYPOINT ["app"]',
        'CMD ["--help"]',
      ].join("\n"),
      { files: { "main.go": "" } },
    );
    expect(conversion.text).toBe(`# Converted from Dockerfile. Build it in the folder that its %files begin with.

Bootstrap: docker
From: golang:1.22
Stage: build

%files
    main.go /src/main.go

%post
    set -e
    exec </dev/null  # nobody answers questions during a build

    mkdir -p /src
    cd /src
    go build -o /out/app

Bootstrap: docker
From: debian:13

%files from build
    /out/app /usr/local/bin/app

%environment
    export GREETING='it'"'"'s me'

%runscript
    if [ $# -eq 0 ]; then
        set -- --help
    fi
    exec app "$@"
`);
    expect(conversion.rows.map(({ source, targets }) => [source.first, targets.map(({ first }) => first)])).toEqual([
      [1, []],
      [2, [3]],
      [3, [14]],
      [4, [8]],
      [5, [16]],
      [6, [18]],
      [7, [22]],
      [8, [25]],
      [9, [31]],
      [10, [28]],
    ]);
    expect(resolveDefinition({ name: "x", text: conversion.text }, new Map()).problems).toEqual([]);
  });
});

describe("stages", () => {
  test("without a name get one, images files are taken from become stages, and unused ones go", () => {
    const text = "FROM a\nRUN x\nFROM b AS unused\nFROM c\nCOPY --from=0 /x /x\nCOPY --from=nginx:1 /y /y\nRUN z";
    const conversion = definitionOf(text);
    expect(conversion.text.match(/^(?:From|Stage|%files).*$/gm)).toEqual([
      ...["From: nginx:1", "Stage: image-1", "From: a", "Stage: stage-0", "From: c"],
      ...["%files from stage-0", "%files from image-1"],
    ]);
    expect(conversion.rows[2]).toMatchObject({
      fidelity: "exact",
      notes: ["not needed for what is built"],
      targets: [],
    });
  });

  test("on stages repeat what is below them", () => {
    const conversion = definitionOf(
      'FROM a AS base\nENV A=1\nRUN one\nCMD ["x"]\nFROM base\nRUN two\nENTRYPOINT ["y"]',
    );
    expect(conversion.text.match(/^From.*$/gm)).toEqual(["From: a"]);
    expect(sectionOf(conversion, "post").filter((line) => /^(one|two|export)/.test(line))).toEqual([
      "export A=1",
      "one",
      "two",
    ]);
    // The CMD was meant for another entry point.
    expect(sectionOf(conversion, "runscript")).toEqual(['exec y "$@"']);
  });

  test("can be chosen", () => {
    expect(definitionOf("FROM a AS one\nFROM b", { target: "one" }).text).toContain("From: a");
  });

  test("begin with nothing, an archive or an image", () => {
    expect(definitionOf("FROM scratch\nCOPY app /app", { files: { app: "" } }).text).toContain("Bootstrap: scratch\n");
    expect(definitionOf("FROM oci-archive:x.tar:1").text).toContain("Bootstrap: oci-archive\nFrom: x.tar:1\n");
    expect(definitionOf("FROM host:5000/A/b@sha256:00").text).toContain("From: host:5000/A/b@sha256:00\n");
  });
});

describe("variables", () => {
  test("are put in whole, whatever names share a beginning", () => {
    expect(definitionOf("ARG A=x AB=y\nFROM r/$A/$AB").text).toContain("From: r/x/y\n");
  });

  test("without a value become arguments", () => {
    const conversion = definitionOf("ARG BASE\nFROM $BASE:${TAG:-1}\nARG V\nENV W=v$V");
    expect(conversion.text).toContain("From: {{ BASE }}:1\n");
    expect(sectionOf(conversion, "arguments")).toEqual(["BASE=", "V="]);
    expect(sectionOf(conversion, "environment")).toEqual(["export W='v{{ V }}'"]);
    expect(fates(conversion)[0]).toMatch(/^1 approximated: BASE has no value/);
    expect(definitionOf("ARG BASE\nFROM $BASE", { args: { BASE: "b" } }).text).toContain("From: b\n");
  });

  test("that nobody asks for are named", () => {
    const conversion = definitionOf("ARG A\nFROM a", { args: { A: "1", B: "2" } });
    expect(conversion.unused).toEqual(["B"]);
    expect(reportTable(conversion)).toContain("the recipe has no build argument B\n");
  });

  test("of the base image are read in the image", () => {
    const conversion = definitionOf('FROM a\nENV PATH=/opt/bin:$PATH\nENV ALL="$PATH x"');
    expect(sectionOf(conversion, "environment")).toEqual([`export PATH="/opt/bin:$PATH"`, `export ALL="$PATH x"`]);
  });

  test("of one ENV are all set at once, with the old values", () => {
    expect(sectionOf(definitionOf("FROM a\nENV A=1\nENV A=2 B=$A"), "environment")).toEqual([
      "export A=1",
      "export A=2 B=1",
    ]);
  });

  test("of ARG reach the commands and not the image, and never change what ENV has set", () => {
    const text = "FROM a\nENV A=env\nARG A=arg B=2\nRUN x $A";
    expect(post(text)).toEqual(["export A=env", "export B=2", "x $A"]);
    expect(sectionOf(definitionOf(text), "environment")).toEqual(["export A=env"]);
  });
});

describe("RUN", () => {
  test("in list form and with another shell is quoted, word by word", () => {
    expect(post(`FROM a\nRUN ["make", "a b", "it's"]\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN x | y`)).toEqual(
      [`make 'a b' 'it'"'"'s'`, "/bin/bash -o pipefail -c 'x | y'"],
    );
  });

  test("with here-documents is one word, and no line of it begins a section", () => {
    const conversion = definitionOf("FROM a\nRUN <<EOF\n%x\n  %y\nBootstrap: z\nEOF\nRUN cat <<A >/f\n%{{ n }}\nA\n");
    const { definition, problems } = resolveDefinition({ name: "x", text: conversion.text }, new Map());
    expect(problems).toEqual([]);
    expect(definition.stages.map(({ sections }) => sections.map(({ name }) => name))).toEqual([["post"]]);
  });

  test("of another user goes through su, which needs a name", () => {
    expect(post("FROM a\nUSER app\nRUN id\nUSER 5:6\nRUN id\nUSER root\nRUN id")).toEqual([
      "su -s /bin/sh -c id app",
      "as_user 5:6 id",
      "id",
    ]);
  });

  test("with a script that names its interpreter writes it to a file", () => {
    expect(post("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nprint('x')\nEOF")).toEqual([
      "mkdir -p /.convert",
      "printf '%s\\n' \\",
      `'#!/usr/bin/env python3' \\`,
      `'print('"'"'x'"'"')' > /.convert/script`,
      "chmod 755 /.convert/script",
      "/.convert/script",
    ]);
  });

  test("has plain folders for cache mounts and copies for bind mounts", () => {
    const text = "FROM a\nRUN --mount=type=cache,target=/c --mount=target=/m,source=d x";
    expect(post(text, { "d/f": "" })).toEqual([
      "mkdir -p /.convert/1/cache",
      "lay_over /.convert/1/cache /c",
      "lay_over /.convert/2/1/d /m",
      "x",
      "lift_off /.convert/2/1/d /m",
      "lift_off /.convert/1/cache /c",
    ]);
  });

  test.each([
    ["RUN --mount=type=secret,id=k x", "--mount=type=secret cannot be converted"],
    ["RUN --mount=type=ssh x", "--mount=type=ssh cannot be converted"],
    ["ONBUILD RUN x", "ONBUILD cannot be converted"],
    ["RNU x", "RNU is no instruction"],
  ])("is refused as %s", (line, message) => {
    expect(() => definitionOf(`FROM a\n${line}`)).toThrow(message);
    expect(() => definitionOf(`FROM a\n${line}`)).toThrow("> 2 | ");
  });
});

describe("what people read", () => {
  test("breaks and comments stay, as far as they change nothing", () => {
    const text = [
      "# syntax=x",
      "# About the image.",
      "FROM a",
      "# The list.",
      "COPY x /x",
      "# The tools.",
      "RUN get update && \\",
      "    # not this one",
      "    get install \\",
      "        one",
      'RUN echo "a \\',
      '  b"',
      "RUN <<EOF",
      "one",
      "two",
      "EOF",
      "RUN cat <<EOF >/f",
      "three",
      "EOF",
    ].join("\n");
    const conversion = definitionOf(text, { files: { x: "" } });
    expect(conversion.text).toContain("# About the image.\nBootstrap: docker");
    expect(conversion.text).toContain("    # The list.\n    x /x\n");
    expect(conversion.text).toContain(
      [
        "    # The tools.",
        "    ( get update && \\",
        "        get install \\",
        "            one )",
        '    echo "a   b"',
        "    (",
        "    set +e",
        "    one",
        "    two",
        "    )",
        "    (",
        "    set +e",
        "cat <<EOF >/f",
        "three",
        "EOF",
        "    )",
      ].join("\n"),
    );
  });

  test.each([
    ["make all", ["make all"]],
    ["CC=gcc make all 2>&1", ["CC=gcc make all 2>&1"]],
    ["a && b", ["( a && b )"]],
    ["cd /x", ["( cd /x )"]],
    ["A=1", ["( A=1 )"]],
    ["a; b", ["(", "set +e", "a; b", ")"]],
    ["set -eux; a; b", ["(", "set -eux; a; b", ")"]],
    ["! a", ["(", "set +e", "! a", ")"]],
  ])("%s has no more around it than its effect needs", (command, lines) => {
    expect(post(`FROM a\nRUN ${command}`)).toEqual(lines);
  });

  test("proxies of the call reach the commands only", () => {
    const conversion = definitionOf("FROM a\nRUN x", { args: { http_proxy: "http://p:1" } });
    expect(sectionOf(conversion, "post")).toEqual(
      expect.arrayContaining(["export HTTP_PROXY=http://p:1", "export http_proxy=http://p:1"]),
    );
    expect(conversion).toMatchObject({ unused: [] });
  });
});

describe("COPY", () => {
  test("of plain files in front of RUN stands in %files, from WORKDIR on", () => {
    const text = "FROM a\nWORKDIR /w\nCOPY x y/z ./\nCOPY x /named\nRUN r";
    expect(sectionOf(definitionOf(text, { files: { x: "", "y/z": "" } }), "files")).toEqual([
      ...["x /w/x", "y/z /w/z", "x /named"],
    ]);
  });

  test("behind RUN waits for its turn, with owner and mode", () => {
    const text = "FROM a\nRUN useradd app\nCOPY --chown=app --chmod=640 x /etc/\nCOPY --chown=5 x /y";
    expect(post(text, { x: "" }).slice(1)).toEqual([
      `make_folder app:"$(id -g app)" /etc`,
      `chown -hR app:"$(id -g app)" /.convert/1/1/x`,
      "chmod -R 640 /.convert/1/1/x",
      "cp -a /.convert/1/1/x /etc/",
      "chown -hR 5:5 /.convert/2/1/x",
      "cp -a /.convert/2/1/x /y",
    ]);
  });

  test("lists what patterns match and .dockerignore leaves, and keeps links", () => {
    const files = {
      "a.txt": "",
      "b.txt": "",
      "d/x": "",
      "d/l": "->x",
      "d/e/y": "",
      "d/skip": "",
      ".dockerignore": "**/skip\nb.txt",
    };
    const conversion = definitionOf("FROM a\nRUN r\nCOPY *.txt d /to/", { files });
    expect(sectionOf(conversion, "files")).toEqual([
      "a.txt /.convert/1/1/a.txt",
      "d/e /.convert/1/2/d/e",
      "d/x /.convert/1/2/d/x",
    ]);
    expect(sectionOf(conversion, "post")).toContain("ln -s x /.convert/1/2/d/l");
    expect(fates(conversion)[2]).toContain("*.txt is replaced by the name that it matches now");
  });

  test("needs nothing but %files where the image may have no shell", () => {
    const conversion = definitionOf("FROM scratch\nCOPY --chmod=755 app /bin/\nCOPY d /d", {
      files: { app: "", "d/x": "" },
    });
    expect(sectionOf(conversion, "files")).toEqual(["app /bin/app", "d/. /d"]);
    expect(conversion.text).not.toContain("%post");
    expect(conversion.rows[1]).toMatchObject({ fidelity: "dropped" });
  });

  test("of contents writes them, and ADD unpacks and fetches", () => {
    const sum = "0".repeat(64);
    const text = `FROM a\nENV V=v\nRUN r\nCOPY <<E /d/\n%a $V $U\nE\nADD x.tar.gz /t\nADD --checksum=sha256:${sum} https://h.example/f.txt /t/`;
    expect(post(text, { "x.tar.gz": "" }).slice(2)).toEqual([
      "mkdir -p /d",
      `printf '%s\\n' '%a v '"$U" > /d/E`,
      "mkdir -p /t",
      "tar -xzf /.convert/1/1/x.tar.gz -C /t",
      "mkdir -p /t",
      "if command -v curl >/dev/null; then curl -fsSL -o /t/f.txt https://h.example/f.txt; else wget -q -O /t/f.txt https://h.example/f.txt; fi",
      `echo "${sum}  "/t/f.txt | sha256sum -c`,
      "chmod 600 /t/f.txt",
    ]);
  });
});

describe("what holds when the image runs", () => {
  test("ENTRYPOINT and CMD follow Docker's rules", () => {
    const runscript = (text: string) => sectionOf(definitionOf(`FROM a\n${text}`), "runscript");
    expect(runscript('ENTRYPOINT ["e", "a b"]\nCMD ["$HOME"]')).toEqual([
      ...["if [ $# -eq 0 ]; then", "set -- '$HOME'", "fi", `exec e 'a b' "$@"`],
    ]);
    expect(runscript("ENTRYPOINT echo $HOME")).toEqual([`exec /bin/sh -c 'echo $HOME' "$@"`]);
    expect(runscript('CMD one\nCMD ["two"]')).toEqual(["if [ $# -eq 0 ]; then", "set -- two", "fi", 'exec "$@"']);
    expect(runscript("ENTRYPOINT []\nCMD []")).toEqual([]);
  });

  test("labels, health and remarks have their sections", () => {
    const conversion = definitionOf(
      'FROM a\nLABEL a="x y" b=1\nLABEL a=z\nHEALTHCHECK CMD curl x\nEXPOSE 80\nVOLUME /data\nSTOPSIGNAL SIGINT\nWORKDIR /w\nUSER app\nMAINTAINER me',
    );
    expect(sectionOf(conversion, "labels")).toEqual(["a z", "b 1", "org.opencontainers.image.authors me"]);
    expect(sectionOf(conversion, "test")).toEqual(["curl x"]);
    expect(sectionOf(conversion, "help")).toEqual([
      "It listens on 80.",
      "It keeps its data in /data: bind a folder there.",
      "It ends on the signal SIGINT.",
      "It was made to run in the folder /w: give --cwd /w.",
      "It was made to run as the user app.",
    ]);
    expect(fates(conversion).map((row) => row.split(":")[0])).toEqual([
      ...["1 exact", "2 exact", "3 exact", "4 approximated", "5 approximated", "6 approximated", "7 approximated"],
      ...["8 approximated", "9 dropped", "10 approximated"],
    ]);
  });
});
