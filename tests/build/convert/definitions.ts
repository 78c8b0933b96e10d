// Definition files that are built as they are and as `berth convert` rewrites them. `LAYOUT` stands for the folder with the
// base images.

/** One row of the table. */
export interface DefinitionCase {
  readonly name: string;
  readonly file: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string>>;
}

const HEAD = "Bootstrap: oci\nFrom: LAYOUT:base\n";
const FILES = { a: "a\n", "b.txt": "b\n", "c.txt": "c\n", "dir/x": "x\n", "dir/sub/y": "y\n" };

export const DEFINITIONS: readonly DefinitionCase[] = [
  {
    name: "a script for the build, one to run, and labels",
    file: `${HEAD}
%post
    mkdir -p /opt/tool && echo one >/opt/tool/one
    cd /opt/tool
    ln -s one two; chmod 750 one; chown 5:6 one
%runscript
    echo "ran with $#:" "$@"
%labels
    Author Some Body
    version 1.2`,
  },
  {
    name: "files: a file, another name, a new folder, a name with a blank",
    file: `${HEAD}
%files
    a
    a /x/y/z
    a /folder/
    "with blank" /plain
%post
    cat /a /plain >/seen`,
    context: { ...FILES, "with blank": "w\n" },
  },
  {
    name: "files: folders and patterns",
    file: `${HEAD}
%files
    dir /new
    dir /opt/
    *.txt /texts/
    dir/sub/. /inside`,
    context: FILES,
  },
  {
    name: "stages, and files from one in the other",
    file: `${HEAD}Stage: build
%post
    mkdir /made && echo made >/made/file && chmod 4711 /made/file && echo p >/plain

${HEAD}
%files from build
    /plain /opt/plain
    /made/file /opt/file
%runscript
    cat /opt/plain`,
  },
  {
    name: "an environment of fixed values",
    file: `${HEAD}
%environment
    export A="it's a" B='$HOME' # a comment
    export PATH=/opt/bin:$PATH
    C="$A c"
    export C
%runscript
    echo "$A|$B|$C|$PATH" "$@"`,
  },
  {
    name: "an environment that is a program",
    file: `${HEAD}
%environment
    if [ -f /etc/motd ]; then export MOTD="$(cat /etc/motd)"; fi
%runscript
    echo "$MOTD" "$@"`,
  },
  {
    name: "arguments with and without a value of the call",
    file: `${HEAD}
%arguments
    ONE=1
    TWO=2
%post
    echo {{ ONE }} "{{TWO}}" >/values
%environment
    export ONE={{ ONE }}
%labels
    two {{ TWO }}`,
    args: { TWO: "given" },
  },
  {
    name: "what a script writes for the environment and the labels",
    file: `${HEAD}
%post
    echo 'export FOUND=yes' >>$APPTAINER_ENVIRONMENT
    echo "built here" >>$APPTAINER_LABELS
%runscript
    echo "$FOUND"`,
  },
  {
    name: "a setup that only copies",
    file: `${HEAD}
%setup
    # into the image
    mkdir -p \${APPTAINER_ROOTFS}/srv/data
    cp a b.txt $SINGULARITY_ROOTFS/srv/data
%post
    ls /srv/data >/list`,
    context: FILES,
  },
  {
    name: "scripts for other uses, and help",
    file: `${HEAD}
%help
    Read this.
%startscript
    exec sleep 1
%test
    test -f /etc/motd
%runscript
    exec /bin/echo run "$@"`,
  },
  {
    name: "apps",
    file: `${HEAD}
%appinstall one
    echo tool >bin/tool
    echo "$SCIF_APPNAME" >name
%appfiles one
    a
    a share/b
%appenv one
    export ONE=1
%apprun one
    echo "app $ONE"
%apphelp one
    Help of one.
%applabels one
    k v
%runscript
    echo main`,
    context: FILES,
  },
  {
    name: "other shells, here-documents, and lines that a Dockerfile would misread",
    file: `${HEAD}
%post -c /bin/sh -u
    cat >/text <<EOF
EOF2
# comment
FROM \\$x \\\\
EOF
    X=1 \\
        sh -c 'echo "$X"' >>/text
    false; echo "went on" >>/text
%runscript -c /bin/awk -f
    BEGIN { print "awk" }`,
  },
  {
    name: "nothing but files",
    file: "Bootstrap: scratch\n\n%files\n    a /a\n    dir/x /deep/er/x\n%labels\n    l v",
    context: FILES,
  },
];
