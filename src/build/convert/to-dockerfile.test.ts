// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells and Dockerfiles

import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import { dockerfileOf, fates } from "./testing.ts";

// The lines below FROM, without those that are blank.
function below(sections: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { text } = dockerfileOf(`Bootstrap: docker\nFrom: a\n${sections}`, { files });
  expect(parseDockerfile({ name: "x", text }).problems).toEqual([]);
  return text
    .split("\n")
    .slice(4)
    .filter((line) => line !== "");
}

describe("a whole definition file", () => {
  test("becomes a Dockerfile with the lines of both sides", () => {
    const conversion = dockerfileOf(
      [
        ...["Bootstrap: docker", "From: golang:1.22", "Stage: build", "%post", "  go build -o /out/app", ""],
        ...[
          "Bootstrap: docker",
          "From: debian:{{ REL }}",
          "%arguments",
          "  REL=13",
          "%files from build",
          "  /out/app /app",
        ],
        ...[
          "%post",
          "  apt-get update",
          "%environment",
          "  export A=1",
          "%labels",
          "  who me",
          "%runscript",
          '  exec /app "$@"',
        ],
      ].join("\n"),
    );
    expect(conversion.text).toBe(`# syntax=docker/dockerfile:1
# Converted from image.def. Its folder is the build context.

FROM golang:1.22 AS build

USER 0
RUN <<'EOF'
set -e
cd /
go build -o /out/app
EOF

FROM debian:13
COPY --from=build /out/app /app

USER 0
RUN <<'EOF'
set -e
cd /
apt-get update
EOF

ENV A=1
LABEL who=me

COPY --chmod=755 <<'EOF' /.recipe/runscript
#!/bin/sh

exec /app "$@"
EOF

ENTRYPOINT ["/.recipe/runscript"]
`);
    expect(parseDockerfile({ name: "x", text: conversion.text }).problems).toEqual([]);
    expect(conversion.rows.map(({ source, targets }) => [source.first, targets[0]?.first])).toEqual([
      ...[
        [1, undefined],
        [2, 4],
        [3, undefined],
        [4, 6],
        [7, undefined],
        [8, 13],
        [9, undefined],
      ],
      ...[
        [11, 14],
        [13, 16],
        [15, 23],
        [17, 24],
        [19, 26],
      ],
    ]);
  });
});

describe("headers", () => {
  test("name the image in every form", () => {
    const from = (head: string) => /^FROM .*$/m.exec(dockerfileOf(head).text)?.[0];
    expect(from("Bootstrap: docker\nRegistry: r.example\nNamespace: N\nFrom: docker://I:Tag")).toBe(
      "FROM r.example/N/I:Tag",
    );
    expect(from("Bootstrap: scratch")).toBe("FROM scratch");
    expect(from("Bootstrap: oci\nFrom: d:1")).toBe("FROM oci:d:1");
  });

  test.each(["localimage", "oras", "library", "shub", "yum", "debootstrap"])(
    "of %s are refused with advice",
    (agent) => {
      expect(() => dockerfileOf(`Bootstrap: ${agent}\nFrom: x`)).toThrow(`Bootstrap: ${agent} cannot be converted`);
    },
  );
});

describe("files", () => {
  test("are copied, folders by their name where the destination is one", () => {
    const lines = below('%files\n  x /etc/\n  "a b" "/c d"\n  d /to/\n  y', { x: "", "a b": "", "d/f": "", y: "" });
    expect(lines).toEqual(["COPY x /etc/", 'COPY ["a b","/c d"]', "COPY d /to/d", "COPY y /y"]);
  });

  test("outside the context are named", () => {
    const conversion = dockerfileOf("Bootstrap: docker\nFrom: a\n%files\n  /etc/hosts /x");
    expect(conversion.text).toContain("COPY etc/hosts /x");
    expect(fates(conversion)[2]).toContain("put a copy at etc/hosts in it");
  });

  test("of %setup are copied when that is all it does", () => {
    expect(
      below("%setup\n  # words\n  mkdir -p ${APPTAINER_ROOTFS}/a\n  cp -r x 'y z' $SINGULARITY_ROOTFS/a/\n"),
    ).toEqual(["RUN mkdir -p /a", 'COPY ["x","y z","/a/"]']);
    for (const line of ["date", "cp x /etc", "cp x $APPTAINER_ROOTFSX/a", "mkdir $(x)", "rm -rf $APPTAINER_ROOTFS/a"]) {
      expect(() => below(`%setup\n  ${line}\n`)).toThrow(`%setup cannot be converted`);
    }
  });
});

describe("scripts", () => {
  test("keep their interpreter, and end where their text does not", () => {
    expect(below("%post -c /bin/bash\n  cat <<EOF\nEOF\n")).toEqual([
      ...["USER 0", "RUN <<'EOF2'", "#!/bin/bash", "cd /", "  cat <<EOF", "EOF", "EOF2"],
    ]);
    expect(below("%post -o pipefail\n  x\n").slice(2, 4)).toEqual(["set -e", "set -o pipefail"]);
  });

  test("that write the environment are followed by an entry point that reads it", () => {
    const lines = below("%post\n  echo export A=1 >> $APPTAINER_ENVIRONMENT\n%runscript\n  exec x\n");
    expect(lines).toContain("[ ! -f /.recipe/post-environment.sh ] || . /.recipe/post-environment.sh");
    expect(lines.at(-1)).toBe('ENTRYPOINT ["/.recipe/entry"]');
  });

  test("of tests, services and help become files", () => {
    const conversion = dockerfileOf("Bootstrap: docker\nFrom: a\n%test\n t\n%startscript\n s\n%help\n h\n%pre\n p\n");
    for (const name of ["test", "startscript", "help"])
      expect(conversion.text).toContain(` <<'EOF' /.recipe/${name}\n`);
    expect(conversion.rows.map(({ fidelity }) => fidelity)).toEqual([
      ...["exact", "exact", "approximated", "approximated", "approximated", "dropped"],
    ]);
  });
});

describe("the environment", () => {
  test.each([
    ["export A=1", ["ENV A=1"]],
    ["export A='x y' B=\"$A/z\"", ['ENV A="x y"', 'ENV B="${A}/z"']],
    ["export PATH=/opt/bin:$PATH # why", ['ENV PATH="/opt/bin:${PATH}"']],
    ["A=1\nexport A", ["ENV A=1"]],
    ["export A='$x \\ \"'", ['ENV A="\\$x \\\\ \\""']],
    ["export A=", ['ENV A=""']],
  ])("of fixed values becomes ENV: %s", (body, lines) => {
    expect(below(`%environment\n${body}\n`)).toEqual(lines);
  });

  test.each([
    "export A=$(date)",
    "if true; then export A=1; fi",
    "export A=$HOME/x",
    "A=1",
    "export A=~/x",
    "export A=${B:-c}",
    "export A='x",
  ])("that is a program is run by the entry point: %s", (body) => {
    const lines = below(`%environment\n${body}\n`);
    expect(lines.slice(0, 2)).toEqual(["COPY --chmod=755 <<'EOF' /.recipe/environment.sh", body.split("\n")[0]]);
    expect(lines.at(-1)).toBe('ENTRYPOINT ["/.recipe/entry"]');
  });
});

test("apps have folders, files and an entry point each", () => {
  const lines = below(
    "%appinstall foo\n  make\n%appfiles foo\n  x bin/x\n%apprun foo\n  exec x\n%appenv foo\n  export A=1\n",
    { x: "" },
  );
  expect(lines).toContain("COPY x /scif/apps/foo/bin/x");
  expect(lines).toContain("COPY --chmod=755 <<'EOF' /scif/apps/foo/scif/runscript");
  expect(lines).toContain("COPY --chmod=755 <<'EOF' /.recipe/apps/foo");
  expect(lines).toContain("export A=1");
});

test("a mistake is shown at its line", () => {
  expect(() => dockerfileOf("Bootstrap: docker\nFrom: a\n%bogus\n")).toThrow("> 3 | %bogus");
});
