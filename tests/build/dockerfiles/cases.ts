// Dockerfiles that berth and buildah build side by side. `BASE` stands for the base image, `BASE:x` for another of the
// same layout, `URL` for the address of a server of files. What differs on purpose says why.

/** A file of the context: text, or more. */
export type ContextEntry =
  | string
  | { readonly content?: string; readonly mode?: number; readonly link?: string; readonly archive?: readonly string[] };

/** A difference that is meant. */
export interface Difference {
  /** Fields of the configuration, or paths (with `/` in front) of the tree. */
  readonly what: readonly string[];
  readonly why: string;
}

/** One row of the table. */
export interface Case {
  readonly name: string;
  readonly file: string;
  /** The same in words that buildah understands, where it lacks the feature. */
  readonly buildah?: string;
  readonly context?: Readonly<Record<string, ContextEntry>>;
  readonly args?: readonly string[];
  /** For buildah, where it says the same with other flags. */
  readonly buildahArgs?: readonly string[];
  readonly differs?: readonly Difference[];
}

const lines = (...text: readonly string[]): string => `${text.join("\n")}\n`;

const FILES = { a: "a\n", "b.txt": "b\n", "c.txt": "c\n", "dir/x": "x\n", "dir/sub/y": "y\n" };

export const CASES: readonly Case[] = [
  { name: "a file on nothing", file: lines("FROM scratch", "COPY a /a"), context: FILES },
  {
    name: "RUN in shell form and exec form",
    file: lines(
      "FROM BASE",
      "RUN echo one >/one && echo $PATH >/path",
      'RUN ["/bin/sh", "-c", "echo $0 $1 >/two", "x", "y z"]',
    ),
  },
  {
    name: "every form of expansion",
    file: lines(
      ...["FROM BASE", "ENV A=a B='b b' C=\"$A c\" E=", `ENV D \${A}d \${NO:-def} \${A:+plus} \\$A`],
      ...[`LABEL a=$A b=\${B} c=\${NO:-x} d=\${E:-y}`, "WORKDIR /w-$A", 'RUN env | grep "^[A-E]=" | sort >/env'],
    ),
  },
  {
    name: "ENV in one line uses the values from before it",
    file: lines("FROM BASE", "ENV abc=hello", "ENV abc=bye def=$abc", "ENV ghi=$abc", "RUN echo $abc $def $ghi >/out"),
  },
  {
    name: "ARG: global, of the stage, with and without default and --build-arg",
    file: lines(
      ...["ARG V=1", "ARG W", "FROM BASE", "ARG V", "ARG W", "ARG X=x$V", "ARG Y", "ARG Z=z"],
      "RUN echo v=$V w=$W x=$X y=$Y z=$Z >/out",
    ),
    args: ["--build-arg", "W=w", "--build-arg", "Z=given"],
  },
  {
    name: "ENV behind ARG wins",
    file: lines("FROM BASE", "ARG A=arg", "ENV A=env", "RUN echo $A >/out"),
    args: ["--build-arg", "A=given"],
  },
  {
    name: "an argument does not stay in the image, and is not seen by another stage",
    file: lines(
      "FROM BASE AS one",
      "ARG A=1",
      "RUN echo $A >/one",
      "FROM BASE",
      "RUN echo A=$A >/two",
      "COPY --from=one /one /",
    ),
  },
  {
    name: "arguments and variables are inherited by a stage",
    file: lines(
      "FROM BASE AS one",
      "ARG A=1",
      "ENV E=2",
      "WORKDIR /w",
      "USER app",
      "FROM one",
      "RUN echo $E $PWD $(id -u) >/tmp/out",
    ),
  },
  {
    name: "WORKDIR: relative, with variables, made with its parents",
    file: lines("FROM BASE", "ENV N=n", "WORKDIR /a/b", "WORKDIR c/$N", "RUN pwd >out", "WORKDIR ../d", "RUN pwd >out"),
  },
  {
    name: "WORKDIR belongs to the user",
    file: lines("FROM BASE", "USER app", "WORKDIR /tmp/mine", "RUN echo x >f"),
  },
  {
    name: "USER by name, by number, with a group",
    file: lines(
      ...[
        "FROM BASE",
        "USER app",
        "RUN id -u >/tmp/1; id -g >>/tmp/1",
        "USER 1234",
        "RUN id -u >/tmp/2; id -g >>/tmp/2",
      ],
      ...[
        "USER app:other",
        "RUN id -u >/tmp/3; id -g >>/tmp/3",
        "USER 77:88",
        "RUN id -u >/tmp/4; id -g >>/tmp/4",
        "USER root",
      ],
    ),
  },
  {
    name: "HOME is the user's",
    file: lines(
      "FROM BASE",
      "RUN echo $HOME >/tmp/1",
      "USER app",
      "RUN echo $HOME >/tmp/2",
      "USER 1234",
      "RUN echo $HOME >/tmp/3",
    ),
  },
  {
    name: "Docker's search path where the base has none",
    file: lines("FROM BASE:bare", "RUN echo $PATH >/out"),
  },
  {
    name: "COPY: a file, several, patterns, new folders",
    file: lines(
      ...["FROM BASE", "COPY a /new/place/b", "COPY a /folder/", "COPY a b.txt /several/", "COPY *.txt /texts/"],
      ...["COPY [a-b]* /class/", "WORKDIR /w", "COPY a .", "COPY a rel/x", 'COPY ["with blank", "/with blank too"]'],
    ),
    context: { ...FILES, "with blank": "w\n" },
  },
  {
    name: "COPY: the content of a folder, with its links and modes",
    file: lines(
      "FROM BASE",
      "COPY dir /d1",
      "COPY dir /d2/",
      "COPY dir/ /d3",
      "COPY dir/sub b.txt /d4/",
      "COPY . /all/",
    ),
    context: {
      ...FILES,
      "dir/link": { link: "x" },
      "dir/broken": { link: "/nowhere" },
      "dir/private": { content: "p\n", mode: 0o600 },
      "dir/tool": { content: "t\n", mode: 0o755 },
      "dir/open/f": "f\n",
    },
  },
  {
    name: "COPY: a source that is a link is what it points to",
    file: lines("FROM BASE", "COPY link /file", "COPY dirlink /folder"),
    context: { ...FILES, link: { link: "dir/x" }, dirlink: { link: "dir" } },
  },
  {
    name: "COPY: over what is there",
    file: lines(
      "FROM BASE",
      "RUN mkdir -m 700 /d && echo old >/d/x && echo keep >/d/k && chmod 600 /d/x",
      "COPY dir /d",
      "COPY a /etc/group",
    ),
    context: FILES,
  },
  {
    name: "COPY: through a link to a folder",
    file: lines(
      "FROM BASE",
      "RUN mkdir /real && ln -s /real /link && ln -s real /rel",
      "COPY a /link/a",
      "COPY a /rel/b",
      "COPY dir /link/",
    ),
    context: FILES,
  },
  {
    name: "COPY --chown by name and number",
    file: lines(
      ...[
        "FROM BASE",
        "COPY --chown=app a /1",
        "COPY --chown=app:other a /2",
        "COPY --chown=5:6 dir /3",
        "COPY --chown=7 a /4",
      ],
      ...["ARG O=8:9", "COPY --chown=$O a /5/6/7", "USER app", "COPY a /8"],
    ),
    context: FILES,
  },
  {
    name: "COPY --chmod",
    file: lines("FROM BASE", "COPY --chmod=0751 a /1", "COPY --chmod=640 dir /2", "COPY --chmod=4755 a /3"),
    context: FILES,
    differs: [{ what: ["/2"], why: "as BuildKit has it, the mode holds for the folder itself, too" }],
  },
  {
    name: ".dockerignore with exceptions",
    file: lines("FROM BASE", "COPY . /c/"),
    context: {
      ...FILES,
      ".dockerignore": "*.txt\n!b.txt\ndir/sub\n**/*.o\n# comment\n.dockerignore\nDockerfile\n",
      "deep/er/m.o": "o\n",
      "deep/er/m.c": "c\n",
    },
  },
  {
    name: "ADD: local archives are unpacked, other files are not",
    file: lines(
      "FROM BASE",
      "ADD t.tar /t/",
      "ADD t.tar.gz /gz",
      "ADD t.tar.xz t.tar.bz2 /two/",
      "ADD a /plain",
      "COPY t.tar /copied",
    ),
    context: {
      ...FILES,
      "t.tar": { archive: [] },
      "t.tar.gz": { archive: ["-z"] },
      "t.tar.xz": { archive: ["-J"] },
      "t.tar.bz2": { archive: ["-j"] },
    },
  },
  {
    name: "ADD --chown of files and archives",
    file: lines("FROM BASE", "ADD --chown=3:4 a /a", "ADD --chown=app t.tar /t/"),
    context: { ...FILES, "t.tar": { archive: [] } },
    differs: [
      {
        what: ["/t/in", "/t/in/file", "/t/in/link", "/t/in/side", "/t/in/side/tool"],
        why: "as BuildKit has it, what an archive holds gets the owner, too",
      },
    ],
  },
  {
    name: "ADD of a URL",
    file: lines(
      "FROM BASE",
      "ADD URL/file.bin /a",
      "ADD URL/file.bin /folder/",
      "ADD --chown=5:6 URL/file.bin /b",
      "ADD URL/t.tar.gz /c",
    ),
  },
  {
    name: "ADD --checksum and --chmod of a URL",
    file: lines("FROM BASE", "ADD --checksum=sha256:SUM --chmod=755 URL/file.bin /a"),
    buildah: lines("FROM BASE", "ADD --chmod=755 URL/file.bin /a"),
  },
  {
    name: "COPY --from a stage by name, by number, and an image",
    file: lines(
      ...["FROM BASE AS one", "RUN mkdir /o && echo 1 >/o/1 && chown 5:6 /o/1 && chmod 4750 /o/1 && ln -s 1 /o/l"],
      ...["FROM BASE AS two", "RUN echo 2 >/2", "FROM scratch", "COPY --from=one /o /o", "COPY --from=1 /2 /2"],
      ...["COPY --from=one --chown=9:9 /o/1 /nine", "COPY --from=BASE:other /other /"],
    ),
  },
  {
    name: "stages that nobody needs are not built",
    file: lines("FROM BASE AS unused", "RUN false", "FROM BASE", "RUN echo ok >/ok"),
  },
  {
    name: "--target by name",
    file: lines("FROM BASE AS one", "RUN echo 1 >/1", "FROM one AS two", "RUN echo 2 >/2", "FROM two", "RUN false"),
    args: ["--target", "two"],
  },
  {
    name: "one stage on another, and files of both",
    file: lines(
      "FROM BASE AS build",
      "RUN echo lib >/lib.so",
      "FROM build AS test",
      "RUN cat /lib.so >/tested",
      "FROM BASE",
      "COPY --from=test /tested /lib.so /opt/",
    ),
  },
  {
    name: "labels in every quoting, and --label",
    file: lines(
      "FROM BASE",
      'LABEL a=b "c d"="e f" g=\'h i\' \\',
      '  "multi"="line \\',
      ' two"',
      "LABEL old style label",
    ),
    args: ["--label", "given=1"],
  },
  { name: "EXPOSE", file: lines("FROM BASE", "ENV P=99", "EXPOSE 80 443/tcp 53/udp", "EXPOSE $P") },
  {
    name: "EXPOSE of a range",
    file: lines("FROM BASE", "EXPOSE 8000-8002/tcp"),
    buildah: lines("FROM BASE", "EXPOSE 8000 8001 8002"),
  },
  {
    name: "VOLUME in both forms",
    file: lines("FROM BASE", "VOLUME /v1 /v2", 'VOLUME ["/v 3"]'),
    differs: [{ what: ["/v 3"], why: "buildah makes the folder, and for some volumes only" }],
  },
  {
    name: "what RUN writes into a volume stays",
    file: lines("FROM BASE", "RUN mkdir /v && echo 1 >/v/1", "VOLUME /v", "RUN echo 2 >/v/2"),
    differs: [{ what: ["/v/2"], why: "as BuildKit has it; buildah throws away what is written to a volume" }],
  },
  { name: "CMD and ENTRYPOINT in exec form", file: lines("FROM BASE", 'ENTRYPOINT ["a", "b c"]', 'CMD ["d", "$e"]') },
  { name: "CMD and ENTRYPOINT in shell form", file: lines("FROM BASE", "ENTRYPOINT exec a $b", "CMD c && d") },
  { name: "ENTRYPOINT takes the base's CMD away", file: lines("FROM BASE:cmd", 'ENTRYPOINT ["x"]') },
  { name: "CMD alone keeps the base's ENTRYPOINT", file: lines("FROM BASE:cmd", 'CMD ["x"]') },
  {
    name: "SHELL",
    file: lines("FROM BASE", 'SHELL ["/bin/sh", "-euc"]', "RUN echo $0 $- >/out", "CMD echo hi"),
    differs: [{ what: ["Cmd"], why: "as BuildKit has it, SHELL holds for CMD too" }],
  },
  { name: "STOPSIGNAL", file: lines("FROM BASE", "ENV S=QUIT", "STOPSIGNAL SIG$S") },
  {
    name: "HEALTHCHECK with every option",
    file: lines(
      "FROM BASE",
      "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=2s --retries=4 CMD curl -f x || exit 1",
    ),
  },
  { name: "HEALTHCHECK in exec form", file: lines("FROM BASE", 'HEALTHCHECK CMD ["curl", "x y"]') },
  { name: "HEALTHCHECK NONE", file: lines("FROM BASE:cmd", "HEALTHCHECK NONE") },
  { name: "what the base's configuration has is inherited", file: lines("FROM BASE:cmd", "RUN echo x >/x") },
  {
    name: "ONBUILD is kept, and inherited by nobody",
    file: lines("FROM BASE", "ONBUILD RUN echo $X >/x", "ONBUILD COPY a /a"),
  },
  {
    name: "ONBUILD of the base is carried out",
    file: lines("FROM BASE:onbuild", "RUN echo own >/own"),
    context: FILES,
  },
  { name: "MAINTAINER", file: lines("FROM BASE", "MAINTAINER Some Body <a@b.example>") },
  {
    name: "the escape directive",
    file: lines("# escape=`", "FROM BASE", "RUN echo one `", "  two >/out", "ENV A=a`$b"),
    differs: [{ what: ["Env"], why: "as BuildKit has it, the directive holds for words too" }],
  },
  {
    name: "continuations with comments and empty lines",
    file: lines(
      "FROM BASE",
      "RUN echo one \\",
      "# a comment",
      "  \\",
      "",
      "  two >/out && \\",
      "  # another",
      "  echo three >>/out",
    ),
  },
  {
    name: "RUN --mount=type=bind: context, stage, written to",
    file: lines(
      ...["FROM BASE AS one", "RUN echo 1 >/1", "FROM BASE", "RUN --mount=type=bind,target=/ctx cat /ctx/a >/1"],
      ...["RUN --mount=type=bind,from=one,source=/1,target=/m/file cat /m/file >/2"],
      "RUN --mount=type=bind,target=/ctx,rw echo x >/ctx/new && ls /ctx/new >/3",
    ),
    context: FILES,
    differs: [{ what: ["/m"], why: "buildah leaves the place of its mount behind" }],
  },
  {
    name: "RUN --mount=type=cache is shared by steps and stays out",
    file: lines(
      ...[
        "FROM BASE",
        "RUN --mount=type=cache,id=ID,target=/cache,mode=0700,uid=5 stat -c %a:%u /cache >/1; echo x >/cache/x",
      ],
      "RUN --mount=type=cache,id=ID,target=/cache cat /cache/x >/2",
    ),
  },
  {
    name: "RUN --mount=type=tmpfs",
    file: lines("FROM BASE", "RUN --mount=type=tmpfs,target=/t echo x >/t/x && cat /t/x >/out"),
  },
  {
    name: "RUN --network=none",
    file: lines("FROM BASE", "RUN --network=none grep -c : /proc/net/dev >/out"),
    buildah: lines("FROM BASE", "RUN echo 1 >/out"),
  },
  {
    name: "files and folders that go and come again",
    file: lines(
      ...[
        "FROM BASE",
        "RUN mkdir -p /d/e && echo 1 >/d/1 && echo 2 >/d/e/2",
        "RUN rm /d/1 /etc/motd && rm -r /d/e",
        "RUN mkdir /d/e && echo 3 >/d/e/3",
      ],
      "RUN rm -r /opt/app && mkdir /opt/app && echo n >/opt/app/new",
    ),
  },
  {
    name: "hard links, pipes, owners and special bits",
    file: lines(
      "FROM BASE",
      "RUN echo h >/h1 && ln /h1 /h2 && ln -s h1 /s && mkfifo /p && echo s >/suid && chmod 4755 /suid && mkdir -m 1777 /sticky",
      "RUN echo o >/o && chown 12:34 /o && mkdir /od && chown 56:78 /od && chmod 2750 /od && chown -h 9:9 /s",
    ),
  },
  {
    name: "proxies reach RUN without a declaration",
    file: lines("FROM BASE", "RUN echo $http_proxy-$NO_PROXY >/out"),
    args: ["--build-arg", "http_proxy=http://p:1", "--build-arg", "NO_PROXY=x"],
  },
  {
    name: "here-documents as commands",
    file: "FROM BASE\nRUN <<EOF\necho one >/1\nX=two\necho $X >/2\nEOF\nRUN cat <<A >/3 && cat <<'B' >/4\n$HOME x\nA\n$HOME y\nB\nRUN <<-EOF\n\techo tabs >/5\n\tEOF\n",
    buildah: lines(
      ...[
        "FROM BASE",
        "RUN echo one >/1; X=two; echo $X >/2",
        "RUN echo \"$HOME x\" >/3 && echo '$HOME y' >/4",
        "RUN echo tabs >/5",
      ],
    ),
  },
  {
    name: "a here-document with a shebang",
    file: 'FROM BASE\nRUN <<EOF\n#!/bin/awk -f\nBEGIN { print "awk" >"/out" }\nEOF\n',
    buildah: lines("FROM BASE", "RUN echo awk >/out"),
  },
  {
    name: "here-documents as files",
    file: 'FROM BASE\nENV V=v\nCOPY <<one <<"two" /d/\na $V "b"\none\na $V\ntwo\nCOPY --chmod=755 --chown=1:2 <<-X /x\n\ttab\n\tX\n',
    buildah: lines("FROM BASE", "ENV V=v", "COPY one two /d/", "COPY --chmod=755 --chown=1:2 x /x"),
    context: { one: 'a v "b"\n', two: "a $V\n", x: "tab\n" },
  },
  {
    name: "COPY --exclude, --parents and --link",
    file: lines(
      "FROM BASE",
      "COPY --exclude=*.txt --exclude=dir/sub . /e/",
      "COPY --parents dir/sub/y a /p/",
      "COPY --parents dir/./sub/y /q/",
      "COPY --link a /l/",
    ),
    buildah: lines(
      "FROM BASE",
      "COPY a Dockerfile /e/",
      "COPY dir/x /e/dir/x",
      "COPY dir/sub/y /p/dir/sub/y",
      "COPY a /p/a",
      "COPY dir/sub/y /q/sub/y",
      "COPY a /l/",
    ),
    context: FILES,
  },
  {
    name: "COPY --chmod with letters",
    file: lines("FROM BASE", "COPY --chmod=u=rwx,go=r a /1", "COPY --chmod=a+X,o-r dir /2"),
    buildah: lines(
      "FROM BASE",
      "COPY --chmod=744 a /1",
      "COPY dir /2",
      "RUN chmod 640 /2/x /2/sub/y && chmod 751 /2 /2/sub",
    ),
    context: FILES,
  },
  {
    name: "COPY: onto a folder, from patterns that find folders, odd names",
    file: lines(
      ...[
        "FROM BASE",
        "COPY a /etc",
        "COPY dir* /merged/",
        'COPY ["ümläut x", "/names/"]',
        "COPY ./dir/../a /norm",
        "COPY /a /slash",
      ],
      ...["COPY empty /empty/", "COPY dir/. /dot/", "COPY dir/x dir/sub /mixed/"],
    ),
    context: { ...FILES, "dir2/z": "z\n", "ümläut x": "u\n", "empty/sub/.keep": "" },
  },
  {
    name: "COPY --from follows the links of the stage inside the stage",
    file: lines(
      ...[
        "FROM BASE AS one",
        "RUN mkdir -p /r/d && echo f >/r/d/f && ln -s /r/d /abs && ln -s r/d/f /rel && ln -s /abs/f /both",
      ],
      ...[
        "FROM BASE",
        "COPY --from=one /abs /abs",
        "COPY --from=one /rel /rel",
        "COPY --from=one /both /both",
        "COPY --from=one /r /r",
      ],
    ),
  },
  {
    name: "a file becomes a folder, a folder a link, a link a file",
    file: lines(
      "FROM BASE",
      "RUN echo f >/f && mkdir /d && echo x >/d/x && ln -s /d /l",
      "RUN rm /f && mkdir /f && echo in >/f/in && rm -r /d && ln -s /f /d && rm /l && echo l >/l",
      "RUN chmod 700 /f && chown 5:5 /etc/group",
    ),
  },
  {
    name: "RUN sees a clean environment, stdin, folder and umask",
    file: lines(
      "FROM BASE",
      "RUN env | cut -d= -f1 | grep -v -e ^HOSTNAME -e ^_ -e ^SHLVL -e ^OLDPWD | sort >/env; pwd >>/env; umask >>/env; cat >>/env; id -G >>/env",
    ),
  },
  {
    name: "a base by variable, a tag and a digest",
    file: lines(
      "ARG NAME=BASE",
      "ARG NO=x",
      `FROM \${NAME} AS b`,
      "ARG NAME",
      "RUN test -n $NAME && echo ok >/ok",
      "FROM b",
      "LABEL x=y",
    ),
  },
  {
    name: "instructions in small letters, blanks and carriage returns",
    file: "from BASE\r\n  run   echo   a  b >/out\r\n\tenv A=b\r\nlabel a  b   c\r\n",
  },
  {
    name: "quotes in ENV, LABEL and ARG",
    file: lines(
      ...[
        "FROM BASE",
        'ENV A="a\\"b" B=\'$A\' C=a\\ b D="$A\'s" E="a\\$b"',
        'ARG F="x y"',
        "ENV F=$F",
        'LABEL "a.b-c"="$F" d=\'"q"\'',
      ],
      'RUN printf "%s|" "$A" "$B" "$C" "$D" "$E" "$F" >/out',
    ),
  },
  {
    name: "a base without a history",
    file: lines("FROM BASE:silent", "RUN echo x >/x"),
    buildah: lines("FROM BASE:cmd", "RUN echo x >/x"),
    differs: [
      {
        what: ["Env", "Cmd", "Entrypoint", "User", "WorkingDir", "Labels", "ExposedPorts", "Volumes", "StopSignal"],
        why: "buildah refuses such a base; the other one has the same files",
      },
      { what: ["Healthcheck"], why: "the same" },
    ],
  },
  {
    name: "--build-context gives files and images",
    file: lines("FROM pic", "COPY --from=files x /x", "RUN --mount=type=bind,from=files,target=/f cat /f/sub/y >/y"),
    args: ["--build-context", "files=CONTEXT/dir", "--build-context", "pic=BASE"],
    buildah: lines("FROM BASE", "COPY --from=files x /x", "RUN echo y >/y"),
    buildahArgs: ["--build-context", "files=CONTEXT/dir"],
    context: FILES,
  },
];
