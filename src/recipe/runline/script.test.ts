// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells

import { describe, expect, test } from "vitest";
import { parseRunWords } from "./parse.ts";
import { runLinesOf } from "./script.ts";
import type { RunLine } from "./types.ts";

function brief({ tool, subcommand, options, image, container, command }: RunLine): string {
  const given = options.map(
    ({ name, value, from }) => `${name}${value === undefined ? "" : `=${value}`}${from === "batch" ? "!" : ""}`,
  );
  const inside = command.map((word) => word.value ?? word.text);
  const what = image ? (image.value ?? image.text) : container ? `@${container.value}` : "-";
  return `${[tool, subcommand].filter(Boolean).join(" ")} [${given.join(" ")}] ${what}${inside.length > 0 ? ` : ${inside.join(" ")}` : ""}`;
}

function only(text: string): RunLine {
  const lines = runLinesOf(text);
  if (lines.length !== 1 || !lines[0]) throw new Error(`${lines.length} run lines in ${text}`);
  return lines[0];
}

describe("a run line", () => {
  test.each([
    [
      "docker run -itd --rm -v /a:/b -p80:80 --name=x --gpus all nginx:1 -c x",
      "docker run [interactive tty detach rm volume=/a:/b publish=80:80 name=x gpus=all] nginx:1 : -c x",
    ],
    [
      "docker -H tcp://x container run -e=A=1 --privileged=false a",
      "docker run [host=tcp://x env=A=1 privileged=false] a",
    ],
    ["docker create --net host a b", "docker create [network=host] a : b"],
    ["docker exec -itu 0 c ls -l", "docker exec [interactive tty user=0] @c : ls -l"],
    ["podman run --userns keep-id --secret s --env-host -- a b", "podman run [userns=keep-id secret=s env-host] a : b"],
    [
      "podman-hpc --squash-dir /s shared-run --gpu --mpi a ./b",
      "podman-hpc shared-run [squash-dir=/s gpu mpi] a : ./b",
    ],
    [
      "apptainer -d exec -B /a,/b:/c --nv --pwd /x -eC docker://a:1 python -B x.py",
      "apptainer exec [debug bind=/a,/b:/c nv cwd=/x cleanenv containall] docker://a:1 : python -B x.py",
    ],
    ["singularity shell -s /bin/bash x.sif", "singularity shell [shell=/bin/bash] x.sif"],
    ["apptainer instance start --net -H /h x.sif web a", "apptainer instance start [net home=/h] x.sif : a"],
    [
      "shifter --image=docker:a:1 -V /a:/b -w/tmp --entrypoint=sh -e A=1 ./a -V x",
      "shifter [image=docker:a:1 volume=/a:/b workdir=/tmp entrypoint=sh env=A=1] docker:a:1 : ./a -V x",
    ],
    ["shifter -i a --vol /a:/b -- ls", "shifter [image=a volume=/a:/b] a : ls"],
    ["ch-run -b /a:/b -w img -- ls -l", "ch-run [bind=/a:/b write] img : ls -l"],
    ["ch-run img -b /a --set-env=f -- ls -b", "ch-run [bind=/a set-env=f] img : ls -b"],
    ["sudo -u a env B=1 docker run a", "docker run [] a"],
    ["bash -lc 'cd /x && apptainer run \"a b.sif\"'", "apptainer run [] a b.sif"],
    ["srun -n 4 --mpi=pmi2 -c2 apptainer run a.sif", "apptainer run [] a.sif"],
    [
      "mpirun -np 4 --mca btl tcp,self -x A --bind-to core singularity exec a.sif ./b",
      "singularity exec [] a.sif : ./b",
    ],
    ["srun --image=a:1 --volume=/a:/b shifter -V /c:/d x", "shifter [image=a:1! volume=/a:/b! volume=/c:/d] a:1 : x"],
    ["sbatch -N1 --wrap=\"apptainer run 'a.sif' b\"", "apptainer run [] a.sif : b"],
    ["sbatch --image=a:1 --wrap 'srun shifter x'", "shifter [image=a:1!] a:1 : x"],
    ["I=a.sif\nD=/x\napptainer run -B $D:/y $I $Z", "apptainer run [bind=/x:/y] a.sif : $Z"],
    ["if x; then I=a; fi\ndocker run $I", "docker run [] $I"],
  ])("%j is %j", (text, expected) => {
    const line = only(text);
    expect(brief(line)).toBe(expected);
    expect(line.problems).toEqual([]);
  });

  test.each([
    "docker build .",
    "apptainer build a.sif b.def",
    "docker ps",
    "echo docker run a",
    "singularity instance list",
  ])("is not %j", (text) => {
    expect(runLinesOf(text)).toEqual([]);
  });

  test("knows where its parts stand", () => {
    const text = "srun docker run -v '/a:/b' -p80:80 --name=x 'a:1' sh -c y";
    const { options, image, command, launchers, range } = only(text);
    const at = (part: { readonly start: number; readonly end: number } | undefined) =>
      text.slice(part?.start, part?.end);
    expect(options.map((option) => at(option.range))).toEqual(["-v '/a:/b'", "-p80:80", "--name=x"]);
    expect(options.map((option) => at(option.valueRange))).toEqual(["'/a:/b'", "80:80", "x"]);
    expect([image, ...command].map((word) => at(word?.range))).toEqual(["'a:1'", "sh", "-c", "y"]);
    expect(launchers.map((launcher) => at(launcher.range))).toEqual(["srun"]);
    expect(at(range)).toBe(text);
  });

  test.each([
    ["docker run --volme=/a a", ["--volme is no option here"]],
    ["docker run -it", ["this line names no image"]],
    ["docker exec", ["this line names no image or container"]],
    ["apptainer run -B", ["-B needs a value", "this line names no image"]],
    ["shifter ls", ["this line names no image"]],
    ["apptainer exec --help", []],
  ])("%j has the problems %j", (text, messages) => {
    expect(only(text).problems.map(({ message }) => message)).toEqual(messages);
  });

  test("has the variables that its tool reads", () => {
    const text =
      "export APPTAINER_BIND=/a SHIFTER_IMAGE=x OTHER=1\nV=/b\nexport SINGULARITY_BINDPATH=$V/c\nAPPTAINERENV_A=1 X=2 apptainer run a";
    expect(only(text).environment.map(({ name, value, exported }) => [name, value, exported])).toEqual([
      ["APPTAINER_BIND", "/a", true],
      ["SINGULARITY_BINDPATH", "/b/c", true],
      ["APPTAINERENV_A", "1", false],
    ]);
  });

  test("can be read from words", () => {
    const line = parseRunWords(["docker", "run", "--rm", "a b", "c"], { start: 3, end: 9 });
    expect(line && brief(line)).toBe("docker run [rm] a b : c");
    expect(line?.image?.range).toEqual({ start: 3, end: 9 });
    expect(parseRunWords(["ls"], { start: 0, end: 0 })).toBeUndefined();
  });
});

describe("a job script", () => {
  const HEAD = '#!/bin/bash\n#SBATCH -N 2 --image=docker:a/b:1\n#SBATCH --volume="/x:/y" # volumes\n';

  test("gives its directives to the lines of shifter", () => {
    expect(runLinesOf(`${HEAD}srun shifter ./a\nsrun shifter -i c ./b\ndocker run d\n`).map(brief)).toEqual([
      "shifter [image=docker:a/b:1! volume=/x:/y!] docker:a/b:1 : ./a",
      "shifter [image=docker:a/b:1! volume=/x:/y! image=c] c : ./b",
      "docker run [] d",
    ]);
  });

  test("is a run line itself when its directives name an image that no line uses", () => {
    const [line, ...rest] = runLinesOf(`${HEAD}srun ./a\n`);
    expect(line && brief(line)).toBe("shifter [image=docker:a/b:1! volume=/x:/y!] docker:a/b:1");
    expect(HEAD.slice(line?.image?.range.start, line?.image?.range.end)).toBe("docker:a/b:1");
    expect(rest).toEqual([]);
  });

  test("has directives only before its first command", () => {
    expect(runLinesOf("true\n#SBATCH --image=a\n")).toEqual([]);
    expect(runLinesOf("  #SBATCH --image=a\n##SBATCH --image=b\n#SBATCHx --image=c")).toEqual([]);
  });
});
