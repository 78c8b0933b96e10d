// Rows 93 to 112 of the catalogue: the environment (spec/apptainer.md 4.4).

import type { Case, Step } from "./case.ts";

const SMALL = "{images}/small.sif";
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Prints the value of a variable between brackets, or `unset`. */
function show(name: string, flags: readonly string[], rest: Omit<Step, "run"> = {}, image = SMALL): Step {
  return { ...rest, run: ["berth", "exec", ...flags, image, "sh", "-c", `echo "[\${${name}-unset}]"`] };
}

const exec = (...words: string[]) => ["berth", "exec", ...words];
const file = (name: string, text: string): Step => ({ run: ["sh", "-c", 'cat >"$0"', name], stdin: text });

export const ENVIRONMENT: readonly Case[] = [
  {
    id: "93",
    title: "the image's value wins over the host's",
    steps: [show("SMALL_VAR", [], { env: { SMALL_VAR: "host" }, out: "[from image]" })],
  },
  {
    id: "94",
    title: "prefixed variables and --env on top",
    steps: [
      ...["BERTHENV_", "APPTAINERENV_"].map((prefix) =>
        show("SMALL_VAR", [], { env: { [`${prefix}SMALL_VAR`]: "x" }, out: "[x]" }),
      ),
      show("SMALL_VAR", ["--env", "SMALL_VAR=y"], { env: { APPTAINERENV_SMALL_VAR: "x" }, out: "[y]" }),
    ],
  },
  { id: "95", title: "--env with an empty value", steps: [show("SMALL_VAR", ["--env", "SMALL_VAR="], { out: "[]" })] },
  {
    id: "96",
    title: "host variables, --cleanenv, --no-env",
    steps: [
      show("FOO", [], { env: { FOO: "1" }, out: "[1]" }),
      show("FOO", ["--cleanenv"], { env: { FOO: "1" }, out: "[unset]" }),
      show("FOO", ["--no-env", "FOO"], { env: { FOO: "1" }, out: "[unset]" }),
    ],
  },
  {
    id: "97",
    title: "--no-env with an override",
    steps: [show("FOO", ["--no-env", "FOO"], { env: { FOO: "1", APPTAINERENV_FOO: "Bar" }, out: "[Bar]" })],
  },
  {
    id: "98",
    title: "what --cleanenv lets through",
    steps: [
      show("TERM", ["--cleanenv"], { env: { TERM: "vt100" }, out: "[vt100]" }),
      ...["http_proxy", "HTTPS_PROXY", "ftp_proxy", "ALL_PROXY", "no_proxy"].map((name) =>
        show(name, ["--cleanenv"], { env: { [name]: "value" }, out: "[value]" }),
      ),
      show("LANG", ["--cleanenv"], { env: { LANG: "de_DE.UTF-8" }, out: "[C]" }),
      show("LANG", ["--cleanenv"], { env: { APPTAINERENV_LANG: "en" }, out: "[en]" }),
    ],
  },
  {
    id: "99",
    title: "HOME and *_SHELL cannot be overridden",
    steps: [
      show("HOME", [], { env: { APPTAINERENV_HOME: "/x" }, out: "[{home}]", err: /HOME/ }),
      show("APPTAINER_SHELL", [], {
        env: { APPTAINERENV_APPTAINER_SHELL: "/x" },
        out: "[unset]",
        err: /APPTAINER_SHELL/,
      }),
    ],
  },
  {
    id: "100",
    title: "PATH",
    steps: [
      show("PATH", [], { out: `[${DEFAULT_PATH}]` }),
      show(
        "PATH",
        [],
        { out: "[/own/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin]" },
        "{images}/quirks.sif",
      ),
      show("PATH", [], { env: { APPTAINERENV_APPEND_PATH: "/foo" }, out: `[${DEFAULT_PATH}:/foo]` }),
      show("PATH", [], { env: { APPTAINERENV_PREPEND_PATH: "/foo" }, out: `[/foo:${DEFAULT_PATH}]` }),
      show("PATH", [], { env: { APPTAINERENV_PATH: "/x:/bin" }, out: "[/x:/bin]" }),
    ],
  },
  {
    id: "101",
    title: "--env PATH with $PATH",
    steps: [show("PATH", ["--env", "PATH=$PATH:/foo"], { out: `[${DEFAULT_PATH}:/foo]` })],
  },
  {
    id: "102",
    title: "overrides are evaluated, unless --no-eval",
    steps: [
      show("BAR", [], { env: { APPTAINERENV_BAR: "$(id -u)" }, out: "[{uid}]" }),
      show("BAZ", ["--env", "BAZ=$HOME"], { out: "[{home}]" }),
      show("BAR", ["--no-eval"], { env: { APPTAINERENV_BAR: "$(id -u)" }, out: "[$(id -u)]" }),
      show("BAZ", ["--no-eval", "--env", "BAZ=$HOME"], { out: "[$HOME]" }),
    ],
  },
  {
    id: "103",
    title: "quotes in overrides",
    steps: [
      ...[
        ["\\$U", "$U"],
        ['"$U"', '"7"'],
        ["'$U'", "'7'"],
        ["$U", "7"],
      ].flatMap(([given = "", evaluated = ""]) => [
        show("X", [], { env: { U: "7", APPTAINERENV_X: given }, out: `[${evaluated}]` }),
        show("X", ["--no-eval"], { env: { U: "7", APPTAINERENV_X: given }, out: `[${given}]` }),
      ]),
    ],
  },
  {
    id: "104",
    title: "newlines, backslash n, and names of shell functions",
    steps: [
      show("X", [], { env: { X: "one\ntwo" }, out: "[one\ntwo]" }),
      { run: exec("--env", "X=one\ntwo", SMALL, "sh", "-c", 'printf %s "$X"'), out: "one\ntwo" },
      { run: exec("--env", "X=one\\ntwo", SMALL, "sh", "-c", 'printf %s "$X"'), out: "one\\ntwo" },
      { run: exec(SMALL, "env"), env: { "BASH_FUNC_x%%": "() { :; }" }, notOut: /BASH_FUNC_x/ },
    ],
  },
  {
    id: "105",
    title: "an environment file is a shell script",
    steps: [
      file("F", 'E1=a\n# a comment\nexport E2="$E1 b"\nE3=$(echo sub)\n'),
      { run: exec("--env-file", "F", SMALL, "sh", "-c", 'echo "$E1/$E2/$E3"'), out: "a/a b/sub" },
    ],
  },
  {
    id: "106",
    title: "--env wins over a file, and says so",
    steps: [file("F", "E1=file\n"), show("E1", ["--env", "E1=cli", "--env-file", "F"], { out: "[cli]", err: /E1/ })],
  },
  {
    id: "107",
    title: "two files, and a file that is not there",
    steps: [
      file("F", "E1=first\n"),
      file("G", "E1=second\n"),
      show("E1", ["--env-file", "F", "--env-file", "G"], { out: "[second]" }),
      show("E1", ["--env-file", "nosuch"], { exit: 255, err: /nosuch/ }),
    ],
  },
  {
    id: "108",
    title: "LD_LIBRARY_PATH",
    steps: [
      show("LD_LIBRARY_PATH", [], { out: "[/.singularity.d/libs]" }),
      show("LD_LIBRARY_PATH", ["--env", "LD_LIBRARY_PATH=/foo"], { out: "[/foo:/.singularity.d/libs]" }),
      show("LD_LIBRARY_PATH", [], { env: { LD_LIBRARY_PATH: "/host" }, out: "[/.singularity.d/libs]" }),
    ],
  },
  {
    id: "109",
    title: "the older prefix",
    steps: [
      show("X", [], { env: { SINGULARITYENV_X: "1" }, out: "[1]" }),
      show("X", [], { env: { SINGULARITYENV_X: "old", APPTAINERENV_X: "new" }, out: "[new]" }),
    ],
  },
  {
    id: "110",
    title: "values of the image arrive byte for byte",
    differs: "as Docker has them; the peer alters four of them and loses all to a back-quote",
    steps: [
      ...[
        ["Q_DOUBLE", 'a "b"'],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the text must reach the container as it stands.
        ["Q_DOLLAR", "$HOME and ${USER}"],
        ["Q_BACKSLASH", "a\\b"],
        ["Q_BACKQUOTE", "`id`"],
        ["Q_NEWLINE", "one\ntwo"],
        ["Q_SINGLE", "it's"],
        ["Q_EMPTY", ""],
      ].map(([name = "", value = ""]) => ({
        run: exec("{images}/quirks.sif", "sh", "-c", `printf %s "$${name}"`),
        out: value,
      })),
    ],
  },
  {
    id: "111",
    title: "the container knows its image",
    differs: "BERTH_CONTAINER and BERTH_NAME stand beside Apptainer's",
    steps: [
      ...["BERTH_CONTAINER", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"].map((name) =>
        show(name, [], { out: `[${SMALL}]` }),
      ),
      ...["BERTH_NAME", "APPTAINER_NAME", "SINGULARITY_NAME"].map((name) => show(name, [], { out: "[small.sif]" })),
      show("APPTAINER_COMMAND", [], { out: "[exec]" }),
    ],
  },
  {
    id: "112",
    title: "environment scripts of the image that fail inside make no noise",
    steps: [{ run: exec("{images}/noisy.sif", "sh", "-c", 'echo "$BEFORE$AFTER"'), out: "11", notErr: /./ }],
  },
];
