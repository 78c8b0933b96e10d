// Conversions are proved by building both: the recipe as it is and as it was converted must give images with the same
// files that behave alike. By the packed binary, as an ordinary user, without any registry.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeLayout } from "../support/oci-image.ts";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll, unmountBelow } from "../support/unmount.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));
const BUSYBOX = "/bin/busybox";
const APPLETS = [
  ...["sh", "cat", "chmod", "chown", "cp", "dirname", "echo", "env", "find", "id", "ln", "md5sum", "mkdir", "printf"],
  ...["pwd", "rm", "sort", "stat", "su", "tar", "test", "touch", "true"],
];

function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  if (!existsSync(BUSYBOX)) return "busybox-static is not installed";
  const program = ["mksquashfs", "squashfuse_ll", "newuidmap"].find((name) => !installed(name));
  return program ? `${program} is not installed` : undefined;
}

interface Case {
  readonly name: string;
  readonly recipe: string;
  /** `BASE` in the recipe stands for the base image. */
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments of builds, of both recipes. */
  readonly args?: readonly string[];
  /** Paths whose files are compared. */
  readonly paths: readonly string[];
  /** Commands inside, compared by output and status; the first word is `run` or `exec`. */
  readonly commands: readonly (readonly string[])[];
  readonly status: number;
}

const DOCKERFILES: readonly Case[] = [
  {
    name: "stages, variables, folders and commands",
    recipe: `FROM BASE AS one
RUN echo built > /out && mkdir /tree && echo x > /tree/x
FROM BASE AS two
ARG V=7
ENV A="it's $V" B=$FROM_BASE PATH=/opt:$PATH
WORKDIR /w
COPY file ./
RUN cat file && echo "$A" > a.txt; pwd > pwd.txt; false; true
FROM two
ENV C=\${A}c
COPY --from=one /out /tree /got/
RUN ["/bin/sh", "-c", "echo \\"$C\\" > /json"]
ENTRYPOINT ["/bin/echo", "entry  $HOME"]
CMD ["a b", "c"]`,
    files: { file: "hello\n" },
    paths: ["/w", "/got", "/json"],
    commands: [["run"], ["run", "x y", "z"], ["exec", "sh", "-c", 'echo "$A|$B|$C|$PATH"']],
    status: 3,
  },
  {
    name: "files that come behind commands, with owner, mode, patterns, links and .dockerignore",
    recipe: `FROM BASE
RUN mkdir -p /d/sub && echo old > /d/sub/two && echo old > /conf
COPY d /d
COPY *.txt /texts/
COPY --chown=app --chmod=640 one.txt /conf
RUN cat /conf > /seen; stat -c '%n %u:%g %a' /conf /texts /texts/* /d/one > /owners
COPY . /all/`,
    files: {
      "d/one": "1\n",
      "d/sub/two": "2\n",
      "d/link": "->one",
      "d/skip": "no\n",
      "one.txt": "t\n",
      "b.txt": "b\n",
      ".dockerignore": "**/skip\nb.txt\nrecipe*\n",
    },
    paths: ["/d", "/texts", "/conf", "/seen", "/owners", "/all"],
    commands: [["exec", "cat", "/d/link"]],
    status: 3,
  },
  {
    name: "here-documents that look like sections and arguments",
    recipe: `FROM BASE
RUN <<EOF
echo '%post' > /h
echo '{{ name }}' >> /h
cat <<IN >> /h
%runscript
Bootstrap: docker
IN
EOF
COPY <<-"E" <<F /texts/
	%a $HOME
	E
b
F
SHELL ["/bin/sh", "-e", "-c"]
RUN echo %e > /e
CMD echo "%s {{ x }}"`,
    paths: ["/h", "/texts", "/e"],
    commands: [["run"], ["run", "echo", "other"]],
    status: 3,
  },
  {
    name: "other users, mounts and arguments without values",
    recipe: `FROM BASE
ARG OPEN
ARG FIXED=1
RUN --mount=type=cache,target=/cache --mount=type=bind,source=d,target=/m --mount=target=/n/1,source=d/one cat /m/one /n/1 > /from-mount; touch /cache/x
RUN echo "$OPEN $FIXED" > /args
RUN mkdir -m 777 /shared
USER app
WORKDIR /home/app/x
RUN id -u > /shared/uid; pwd > /shared/pwd`,
    files: { "d/one": "1\n" },
    args: ["--build-arg", "OPEN=given value"],
    paths: ["/from-mount", "/args", "/shared", "/home"],
    commands: [["exec", "cat", "/args"]],
    status: 4,
  },
];

const DEFINITIONS: readonly Case[] = [
  {
    name: "files, scripts and a fixed environment",
    recipe: `Bootstrap: oci
From: LAYOUT
Stage: one
%post
    echo built > /out

Bootstrap: oci
From: LAYOUT
%arguments
    V=3
%files from one
    /out /got/out
%files
    file /f
    file
%post
    if [ -f /f ]; then
        cat > /made <<EOF
    in {{ V }}
EOF
    fi
%environment
    export A="it's {{ V }}" PATH=/opt:$PATH
    export B="$A \\$x"
%runscript
    echo "run $A" "$@"
%labels
    who me`,
    files: { file: "hello\n" },
    paths: ["/got", "/f", "/file", "/made"],
    commands: [["run"], ["run", "x  y"], ["exec", "sh", "-c", 'echo "$A|$B"']],
    status: 3,
  },
  {
    name: "an environment that is a program",
    recipe: `Bootstrap: oci
From: LAYOUT
%post -c /bin/sh
    echo 'export P=post' >> $APPTAINER_ENVIRONMENT
    echo done > /done
%environment
    export A=$(cat /done)
%runscript
    echo "$A $P" "$@"`,
    paths: ["/done"],
    commands: [["run", "x"]],
    status: 3,
  },
];

const reason = obstacle();

describe.skipIf(reason)(`a converted recipe${reason ? ` [${reason}]` : ""}`, { timeout: 60_000 }, () => {
  let user: OrdinaryUser;
  let dir = "";

  beforeAll(async () => {
    user = ordinaryUser();
    dir = mkdtempSync(join(tmpdir(), "berth-convert-"));
    chmodSync(dir, 0o755);
    await writeBase(join(dir, "layout"));
    for (const name of ["home", "run", "images"]) {
      mkdirSync(join(dir, name), { mode: 0o700 });
      if (AS_ROOT) chownSync(join(dir, name), user.uid, user.gid);
    }
  });

  afterAll(() => {
    unmountBelow(dir);
    // Layers of builds belong to the user's subordinate ids, which only the user's own berth can remove.
    berth(["cache", "clean", "--force"], dir);
    removeAll(dir);
  });

  function berth(args: readonly string[], cwd: string) {
    const env = { HOME: join(dir, "home"), XDG_RUNTIME_DIR: join(dir, "run") };
    const { status, stdout, stderr } = runAs(user, [BINARY, ...args], { cwd, env });
    return { status, out: stdout, err: stderr };
  }

  function prepare(one: Case, index: string): string {
    const folder = join(dir, index);
    for (const [path, content] of Object.entries({ ...one.files, recipe: recipeText(one, dir) })) {
      const place = join(folder, path);
      mkdirSync(dirname(place), { recursive: true });
      if (content.startsWith("->")) symlinkSync(content.slice(2), place);
      else writeFileSync(place, content);
    }
    if (AS_ROOT) chownSync(folder, user.uid, user.gid);
    return folder;
  }

  function compare(one: Case, index: string): void {
    const folder = prepare(one, index);
    const conversion = berth(["convert", "-o", "recipe.new", "recipe"], folder);
    expect(conversion).toMatchObject({ status: one.status, out: "" });
    const behaviour = ["recipe", "recipe.new"].map((recipe) => {
      const image = join(dir, "images", `${index}-${recipe}.sif`);
      const built = berth(["build", ...(one.args ?? []), image, recipe], folder);
      expect({ recipe, status: built.status, err: built.status === 0 ? "" : built.err }).toEqual({
        recipe,
        status: 0,
        err: "",
      });
      const listing = `find "$@" -exec stat -c '%n %F %a' {} \\; | sort; find "$@" -type f -exec md5sum {} \\; | sort`;
      const commands = [...one.commands, ["exec", "sh", "-c", listing, "sh", ...one.paths]];
      return commands.map(([how = "run", ...args]) => {
        // The user's own home, which others write to at the same time, is not what is compared.
        const { status, out } = berth([how, "--cleanenv", "--no-home", image, ...args], folder);
        return { command: [how, ...args].join(" "), status, out };
      });
    });
    expect(behaviour[1]).toEqual(behaviour[0]);
    expect(behaviour[0]?.every(({ status, out }) => status === 0 && out !== "")).toBe(true);
  }

  describe("is made by berth convert", () => {
    test("with its report for people or programs, and the worst of it as exit status", () => {
      const folder = join(dir, "cli");
      mkdirSync(folder);
      writeFileSync(join(folder, "Dockerfile"), "ARG V\nFROM a:$V\nENV A=1\n");
      const plain = berth(["convert", "--build-arg", "V=1", "Dockerfile"], folder);
      expect(plain.out).toContain("From: a:1\n");
      expect(plain.err).toContain("exact         ENV A=1");
      const { out, status } = berth(["convert", "--to", "def", "--json", "Dockerfile"], folder);
      const document: unknown = JSON.parse(out);
      expect({ status, document }).toMatchObject({
        status: 3,
        document: {
          language: "definition",
          worst: "approximated",
          text: expect.stringContaining("From: a:{{ V }}") as string,
          rows: [{ source: { first: 1, last: 1 }, what: "ARG V", fidelity: "approximated" }, {}, { targets: [{}] }],
        },
      });
    });

    test("never over a file that is there, and from nothing but recipes", () => {
      const folder = join(dir, "refused");
      mkdirSync(folder);
      if (AS_ROOT) chownSync(folder, user.uid, user.gid);
      writeFileSync(join(folder, "Dockerfile"), "FROM a\n");
      writeFileSync(join(folder, "letter"), "Dear all\n");
      if (AS_ROOT) chownSync(join(folder, "letter"), user.uid, user.gid);
      writeFileSync(join(folder, "bad"), "FROM a\nRNU x\n");
      expect(berth(["convert", "-o", "letter", "Dockerfile"], folder).err).toContain("letter: it exists");
      expect(readFileSync(join(folder, "letter"), "utf8")).toBe("Dear all\n");
      expect(berth(["convert", "letter"], folder).err).toContain(
        "letter is neither a Dockerfile nor a definition file",
      );
      expect(berth(["convert", "--to", "dockerfile", "Dockerfile"], folder).err).toContain("it already is one");
      expect(berth(["convert", "none"], folder).err).toContain("it does not exist");
      const bad = berth(["convert", "bad"], folder);
      expect(bad).toMatchObject({ status: 255, out: "" });
      expect(bad.err).toContain("> 2 | RNU x");
      expect(bad.err).toContain("did you mean RUN?");
      expect(berth(["convert", "-F", "-o", "letter", "Dockerfile"], folder).status).toBe(0);
    });
  });

  describe("from a Dockerfile behaves as the original", () => {
    test.each(DOCKERFILES.map((one, index) => [one.name, one, `d${index}`] as const))("%s", (_name, one, index) => {
      compare(one, index);
    });
  });

  describe("from a definition file behaves as the original", () => {
    test.each(DEFINITIONS.map((one, index) => [one.name, one, `f${index}`] as const))("%s", (_name, one, index) => {
      compare(one, index);
    });
  });
});

function recipeText({ recipe }: Case, dir: string): string {
  return `${recipe.replaceAll("FROM BASE", `FROM oci:${dir}/layout:base`).replaceAll("LAYOUT", `${dir}/layout:base`)}\n`;
}

async function writeBase(layout: string): Promise<void> {
  const links = APPLETS.map((name) => ({ path: `bin/${name}`, type: "symlink" as const, target: "busybox" }));
  const folders = ["bin", "etc", "home", "home/app", "root"].map((path) => ({ path, type: "directory" as const }));
  const entries = [
    ...folders,
    { path: "tmp", type: "directory" as const, mode: 0o1777 },
    { path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
    ...links,
    { path: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n" },
    { path: "etc/group", content: "root:x:0:\napp:x:1000:\n" },
  ];
  await writeLayout(layout, {
    base: { layers: [{ entries }], config: { Env: ["PATH=/bin", "FROM_BASE=b"], Cmd: ["sh"] } },
  });
}
