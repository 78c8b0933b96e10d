// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells and recipes
// Ten thousand damaged recipes: every parser ends with a tree, in time, and the tree has the whole text.

import { describe, expect, test } from "vitest";
import type { Range } from "../base/source.ts";
import { readTexts } from "./compose/testing.ts";
import { parseDefinition } from "./definition/parse.ts";
import { partsOf as definitionParts, printDefinition } from "./definition/print.ts";
import { sectionScript } from "./definition/script.ts";
import { parseDockerfile } from "./dockerfile/parse.ts";
import { partsOf as dockerfileParts, printDockerfile } from "./dockerfile/print.ts";
import { instructionScript } from "./dockerfile/script.ts";
import { mutated } from "./mutation-testing.ts";
import { runLinesOf } from "./runline/script.ts";
import { placeIn, type ScriptText } from "./script-text.ts";
import { simpleCommands } from "./shell/commands.ts";
import { parseShell, printShell } from "./shell/parse.ts";

// One behind the other without a gap, from the beginning to the end.
function expectCovered(ranges: readonly Range[], text: string): void {
  let at = 0;
  for (const { start, end } of ranges) {
    if (start !== at) expect(start).toBe(at);
    at = end;
  }
  expect(at).toBe(text.length);
}

function expectInside(ranges: readonly Range[], text: string): void {
  const outside = ranges.find(({ start, end }) => start < 0 || end < start || end > text.length);
  expect(outside).toBeUndefined();
}

function expectShellReads({ text, segments }: ScriptText, source: string): void {
  const tree = parseShell(text, { segments });
  expect(printShell(tree)).toBe(text);
  expectInside(
    [...tree.tokens, ...tree.problems, ...tree.comments].map(({ range }) => range),
    source,
  );
  expectInside(
    simpleCommands(tree).flatMap(({ range, words }) => [range, ...words.map((word) => word.range)]),
    source,
  );
  expectInside([placeIn(segments, 0, text.length)], source);
}

const SHELL = [
  "set -euxo pipefail\napt-get update && apt-get install -y --no-install-recommends gcc=12 \\\n  make && rm -rf /var/lib/apt/lists/*\n",
  'if [ -f "$x" ]; then sudo -u a env B=1 sh -c \'cd /x && make -j"$(nproc)"\'; elif ! y; then :; else exit 1; fi\n',
  'for f in a b "$@"; do case $f in (a|*.c) cc "$f" ;; *) echo ${f%.*} >&2;; esac; done | sort -u > out 2>&1\n',
  "cat <<EOF >/etc/x && cat <<-'E' | tee y\nhi $A `date` ${B:-c d}\nEOF\n\tx\n\tE\nwhile read -r l; do ((i++)); done < <(ls)\n",
  'f() { local a=(1 "2 3"); [[ $a =~ ^(x|y)$ && -n ${a[0]} ]] || return $((1 + (2))); }; function g { time f; }\n',
  'curl -fsSL "$URL" | bash -s -- --x=$\'a\\tb\' & find . -name \'*.o\' -exec rm -f {} \\; # gone\nxargs -0 eval "a" <<<"$x"\n',
];
const SHELL_PIECES = [
  ...["if ", "; then ", "fi", "do ", "done", "case x in ", "esac", ";;", "$(", "$((", "))", "${", "<<EOF\n", "\nEOF\n"],
  ...[
    "<<-'E'",
    "[[ ",
    " ]]",
    "a=(",
    "{ ",
    "; }",
    "()",
    "function ",
    "sh -c ",
    "eval ",
    "sudo ",
    "<(",
    "coproc ",
    "\\\n",
  ],
];

const DOCKERFILES = [
  '# syntax=docker/dockerfile:1\n# escape=\\\nARG V=1\nFROM --platform=$P debian:$V AS b\n# c\nENV A=1 B="x y"\nRUN a \\\n  # c\n\n && b\n',
  'FROM a\nRUN <<EOF cat - <<-\'X\' > f\n1\nEOF\n\t2\n\tX\n# after\nCOPY --from=b <<A <<B /d/\na\nA\nb\nB\nCMD ["a", "\\u00e9"]\n',
  "FROM a\r\nONBUILD RUN --mount=type=cache,target=/x pip install \\\r\n y\r\nHEALTHCHECK --interval=5s CMD curl x\r\nUSER 1\r\n",
  '# escape=`\nFROM a\nRUN a `\n b\nLABEL a.b="c" d=e\nEXPOSE 80/tcp\nVOLUME ["/a"]\nSHELL ["/bin/bash", "-c"]\nSTOPSIGNAL 9\n',
];
const DOCKERFILE_PIECES = [
  ...[
    "FROM x\n",
    "RUN ",
    "\nCOPY ",
    "ONBUILD ",
    "<<EOF\n",
    "\nEOF\n",
    "<< 'E'",
    "\\\n",
    "# c\n",
    "--from=",
    '["',
    '"]',
  ],
  ...["HEALTHCHECK ", "ENV ", "ARG ", '\nRUN <<-"A B"\n', "\\\n# \\\n", "`\n"],
];

const DEFINITIONS = [
  "Bootstrap: docker\nFrom: debian:13 # c\n\n%files\n  a /b\n%post -e\n  cat <<EOF > x\n%x\nEOF\n  apt-get install -y gcc\n%labels\n  A b\n",
  'bootstrap:library\nfrom: a/b:{{ v }}\nstage: one\n%arguments\n v=1\n%environment\nexport A=1\n%apprun x\n exec y "$@"\n\nBootstrap: localimage\nFrom: x.sif\n%files from one\n /a /b\n%test\n true\n',
  "# c\r\nBootstrap: scratch\r\n%setup\r\n  mkdir $APPTAINER_ROOTFS/x\r\n%runscript -c /bin/bash\r\n#!/bin/bash\r\n  x\r\n%help\r\nh\r\n",
];
const DEFINITION_PIECES = [
  "Bootstrap: docker\n",
  "\n%post\n",
  "%files from x\n",
  "From: ",
  "{{ ",
  " }}",
  "%",
  "\\\n",
  "<<EOF\n",
];

const COMPOSES = [
  'name: a\nservices:\n  web: &w\n    image: nginx:${V:-1}\n    ports: ["80:80"]\n    environment: {A: 1, B: "x"}\n    volumes:\n      - ./a:/b:ro\n  db:\n    <<: *w\n    command: ["a", \'b\']\nvolumes: {d: }\n',
  "services:\n  app:\n    build: {context: ., args: [A=1]}\n    deploy:\n      resources: {limits: {memory: 1g, cpus: '0.5'}}\n    depends_on: {db: {condition: service_healthy}}\n    command: |\n      a\n      b\n",
];
const COMPOSE_PIECES = [
  "services:\n",
  "  x:\n",
  "&a ",
  "*a",
  "<<: *a\n",
  "${A:?b}",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "| \n",
  "? ",
  "---\n",
];

const RUN_LINES = [
  '#!/bin/bash\n#SBATCH --image=docker:a/b:1 --volume="/x:/y"\nexport APPTAINER_BIND=/a,/b\nI=x.sif\nsrun -n 4 --mpi=pmi2 apptainer -d exec -B /etc:/etc --nv "$I" python a.py\n',
  "docker run -itd --rm -v /a:/b -p80:80 --name=x --gpus all nginx:1 sh -c 'a b' && docker exec -u0 x ls\nsrun shifter -V /a:/b --env=A=1 ./a.out\n",
  'sudo podman container run -e=A=1 --userns keep-id img; ch-run -b /a -w /img --set-env -- ls -l; sbatch -N1 --wrap="singularity run x.sif a"\n',
  "mpirun -np 4 --mca btl tcp -x A singularity instance start --net a.sif web; podman-hpc shared-run --gpu img ./a\n",
];
const RUN_PIECES = [
  "docker run ",
  "apptainer exec ",
  "shifter --image ",
  "srun ",
  " -- ",
  "--",
  "-v",
  "=",
  "sh -c '",
  "--wrap=",
  "\n#SBATCH -V ",
];

describe("a damaged text", () => {
  test("that was a Dockerfile is read and printed (2500 times)", () => {
    for (const text of mutated(DOCKERFILES, DOCKERFILE_PIECES, 2500, 1)) {
      const source = { name: "Dockerfile", text };
      const file = parseDockerfile(source);
      expect(printDockerfile(file)).toBe(text);
      expectCovered(
        dockerfileParts(file).map(({ range }) => range),
        text,
      );
      expectInside(
        file.problems.map(({ range }) => range),
        text,
      );
      for (const instruction of file.instructions) {
        const script = instructionScript(source, instruction);
        if (script) expectShellReads(script, text);
      }
    }
  });

  test("that was a definition file is read and printed (2000 times)", () => {
    for (const text of mutated(DEFINITIONS, DEFINITION_PIECES, 2000, 2)) {
      const definition = parseDefinition({ name: "a.def", text });
      expect(printDefinition(definition)).toBe(text);
      expectCovered(
        definitionParts(definition).map(({ range }) => range),
        text,
      );
      expectInside(
        definition.problems.map(({ range }) => range),
        text,
      );
      const scripts = definition.stages.flatMap(({ sections }) => sections.map(sectionScript));
      for (const script of scripts) expectShellReads(script, text);
    }
  });

  test("that was a shell script is read and printed (3000 times)", () => {
    for (const text of mutated(SHELL, SHELL_PIECES, 3000, 3)) {
      const tree = parseShell(text);
      expectCovered(
        tree.tokens.map(({ range }) => range),
        text,
      );
      expectShellReads({ text, segments: [{ at: 0, source: 0 }] }, text);
    }
  });

  test("that was a compose file ends in notes (1000 times)", () => {
    for (const text of mutated(COMPOSES, COMPOSE_PIECES, 1000, 4)) {
      const { notes } = readTexts({ "compose.yml": text });
      expectInside(
        notes.flatMap(({ place }) => (place?.source.text === text ? [place.range] : [])),
        text,
      );
    }
  });

  test("that had run lines is read (1500 times)", () => {
    for (const text of mutated(RUN_LINES, RUN_PIECES, 1500, 5)) {
      const lines = runLinesOf(text);
      expectInside(
        lines.flatMap(({ range, options, command, image, problems }) => [
          ...[range, ...(image ? [image.range] : [])],
          ...[...options, ...command, ...problems].map((part) => part.range),
        ]),
        text,
      );
    }
  });
});
