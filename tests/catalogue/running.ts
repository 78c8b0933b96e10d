// Rows 66 to 92 of the catalogue: exec, run, shell and exit statuses (spec/apptainer.md 4.3).

import type { Case } from "./case.ts";

const SMALL = "{images}/small.sif";
const WORDS = `'quotes' "quotes" $DOLLAR s p a c e s`;

const exec = (...words: string[]) => ["berth", "exec", ...words];
const run = (...words: string[]) => ["berth", "run", ...words];
const sh = (text: string) => ["sh", "-c", text];

const EXACT = "arguments arrive as they were given: nothing is evaluated a second time (the peer's --no-eval)";

export const RUNNING: readonly Case[] = [
  {
    id: "66",
    title: "the payload's status is berth's",
    steps: [{ run: exec(SMALL, "true") }, { run: exec(SMALL, "false"), exit: 1 }],
  },
  {
    id: "67",
    title: "other statuses and signals",
    steps: [
      { run: exec(SMALL, "sh", "-c", "exit 134"), exit: 134 },
      { run: sh(`berth exec ${SMALL} sh -c 'kill -KILL $$'`), exit: 137 },
      { run: sh(`berth exec ${SMALL} sh -c 'kill -ABRT $$'`), exit: 134 },
      { run: sh(`berth exec --pid ${SMALL} sh -c 'kill -TERM $$'`), exit: 143 },
    ],
  },
  {
    id: "68",
    title: "exec without a program is wrong usage",
    steps: [{ run: exec(SMALL), exit: 1, err: /argument|command/i }],
  },
  {
    id: "69",
    title: "a program that is not there, or is a folder",
    differs:
      "127 when it does not exist and 126 when it cannot be executed, as shells have it; the peer says 255 to all",
    steps: [
      { run: exec(SMALL, "nosuchcmd"), exit: 127, err: /nosuchcmd/ },
      { run: exec(SMALL, "/bin/nosuch"), exit: 127, err: /\/bin\/nosuch/ },
      { run: exec(SMALL, "/etc"), exit: 126, err: /\/etc/ },
      { run: exec(SMALL, "/etc/passwd"), exit: 126, err: /\/etc\/passwd/ },
    ],
  },
  {
    id: "70",
    title: "an image that is not there",
    steps: [{ run: exec("nosuch.sif", "true"), exit: 255, err: /could not open image.*nosuch\.sif/ }],
  },
  {
    id: "71",
    title: "run: entrypoint and command",
    differs: EXACT,
    steps: [{ run: run(SMALL), out: "entry point cmd 1 $HOME" }],
  },
  {
    id: "72",
    title: "run with arguments",
    differs: EXACT,
    steps: [{ run: run(SMALL, "a  b", "$HOME", '"q"'), out: 'entry point a  b $HOME "q"' }],
  },
  {
    id: "73",
    title: "run --no-eval",
    steps: [{ run: run("--no-eval", SMALL, "a  b", "$HOME", '"q"'), out: 'entry point a  b $HOME "q"' }],
  },
  {
    id: "74",
    title: "an image with CMD only",
    differs: EXACT,
    steps: [
      { run: run("{images}/cmd-only.sif"), out: WORDS },
      { run: run("{images}/cmd-only.sif", "echo", "test"), out: "test" },
      { run: run("{images}/cmd-only.sif", "echo", "$HOME"), out: "$HOME" },
      { run: run("{images}/cmd-only.sif", "sh", "-c", 'echo "hello there"'), out: "hello there" },
      { run: run("--no-eval", "{images}/cmd-only.sif", "echo", "$HOME"), out: "$HOME" },
    ],
  },
  {
    id: "75",
    title: "images with ENTRYPOINT only and with both",
    differs: EXACT,
    steps: [
      { run: run("{images}/entry-only.sif"), out: WORDS },
      { run: run("{images}/entry-only.sif", WORDS), out: `${WORDS} ${WORDS}` },
      { run: run("{images}/entry-only.sif", "", "x"), out: `${WORDS}  x` },
      { run: run("{images}/both.sif"), out: WORDS },
      { run: run("{images}/both.sif", WORDS), out: WORDS },
      { run: run("{images}/both.sif", "sh", "-c", "echo x"), out: "sh -c echo x" },
      { run: run("--no-eval", "{images}/both.sif"), out: WORDS },
    ],
  },
  { id: "76", title: "single quotes in a shell form", steps: [{ run: run("{images}/quirks.sif"), out: "Test run" }] },
  {
    id: "77",
    title: "shell reads a script from standard input",
    steps: [{ run: ["berth", "shell", SMALL], stdin: "echo from stdin; exit 7\n", exit: 7, out: "from stdin" }],
  },
  {
    id: "78",
    title: "standard input reaches the payload",
    steps: [
      { run: exec(SMALL, "grep", "hi"), stdin: "hi\n", out: "hi" },
      { run: exec(SMALL, "grep", "bye"), stdin: "hi\n", exit: 1 },
    ],
  },
  {
    id: "79",
    title: "shell on a terminal",
    differs: "the prompt says berth",
    needs: ["script"],
    steps: [
      {
        run: ["script", "-qec", `berth shell ${SMALL}`, "/dev/null"],
        stdin: "tty -s && echo on-a-tty\nexit\n",
        out: /on-a-tty/,
      },
      { run: ["script", "-qec", `berth shell ${SMALL}`, "/dev/null"], stdin: "exit\n", out: /berth/i },
      { run: ["script", "-qec", `berth shell ${SMALL}`, "/dev/null"], stdin: "nosuchcmd\nexit\n", exit: 127 },
    ],
  },
  {
    id: "80",
    title: "the start folder is the caller's",
    steps: ["/tmp", "/etc", "/srv"].map((cwd) => ({ run: exec(SMALL, "pwd"), cwd, out: cwd })),
  },
  {
    id: "81",
    title: "--cwd and --pwd",
    steps: [
      { run: exec("--cwd", "/etc", SMALL, "pwd"), out: "/etc" },
      { run: exec("--pwd", "/etc", SMALL, "pwd"), out: "/etc" },
      { run: exec("--cwd", "/nope", SMALL, "pwd"), exit: 255, err: /\/nope/ },
    ],
  },
  { id: "82", title: "the image's USER does not count", steps: [{ run: exec(SMALL, "id", "-u"), out: "{uid}" }] },
  {
    id: "83",
    title: "the image is read-only, unless told otherwise",
    steps: [
      { run: exec(SMALL, "touch", "/x"), exit: 1, err: /Read-only file system/i },
      { run: exec("--writable-tmpfs", SMALL, "touch", "/x") },
      { run: exec("--writable", SMALL, "touch", "/x"), exit: 255, err: /writ/i },
    ],
  },
  {
    id: "84",
    title: "a folder as a writable image",
    steps: [
      { run: ["berth", "build", "--sandbox", "sb", SMALL] },
      { run: exec("--writable", "sb", "touch", "/zz") },
      { run: ["test", "-f", "sb/zz"] },
    ],
  },
  {
    id: "85",
    title: "the last line of /etc/passwd is the caller",
    steps: [{ run: exec("{images}/sandbox", "sh", "-c", "tail -n1 /etc/passwd | cut -d: -f1,3"), out: "{user}:{uid}" }],
  },
  {
    id: "86",
    title: "the umask is the caller's",
    steps: [
      { run: sh(`umask 000; berth exec ${SMALL} sh -c umask`), out: "0000" },
      { run: sh(`umask 000; berth exec --no-umask ${SMALL} sh -c umask`), out: "0022" },
    ],
  },
  {
    id: "87",
    title: "an image that says nothing about what to run",
    steps: [{ run: run("{images}/neither.sif"), stdin: "echo from the shell\n", out: "from the shell" }],
  },
  {
    id: "88",
    title: "exec, run and shell join an instance",
    steps: [
      { run: ["berth", "instance", "start", "--writable-tmpfs", SMALL, "joined"] },
      { run: exec("instance://joined", "touch", "/made") },
      { run: run("instance://joined", "x"), out: "entry point x" },
      { run: ["berth", "shell", "instance://joined"], stdin: "test -f /made && exit 9\n", exit: 9 },
      { run: ["berth", "instance", "stop", "joined"] },
    ],
  },
  {
    id: "89",
    title: "an executable image runs itself",
    differs: "the launch line names run-singularity, which is berth under another name",
    steps: [
      {
        run: sh(
          `mkdir bin; ln -s "$(readlink -f "$(command -v berth)")" bin/run-singularity; cp ${SMALL} self.sif; chmod +x self.sif; PATH=$PWD/bin:$PATH ./self.sif one two`,
        ),
        out: "entry point one two",
      },
    ],
  },
  {
    id: "90",
    title: "--unsquash unpacks and says so",
    steps: [{ run: exec("--unsquash", SMALL, "echo", "ok"), out: "ok", err: /unpack|Converting|sandbox/i }],
  },
  {
    id: "91",
    title: "an image of another architecture",
    steps: [
      { run: ["berth", "pull", "--arch", "arm64", "x.sif", "docker://{reg}/multi"] },
      { run: exec("x.sif", "true"), exit: 255, err: /arm64.*amd64/s },
    ],
  },
  {
    id: "92",
    title: "--runscript-timeout",
    differs: "a runscript is run by the image's own shell, which takes the time that it needs; there is no such flag",
    steps: [{ run: ["berth", "run", "--runscript-timeout", "2s", "{images}/small.sif"], exit: 1, err: /unknown/ }],
  },
];
