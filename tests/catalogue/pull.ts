// Rows 1 to 49 of the catalogue: pull and the sources of images (spec/apptainer.md 4.1). Rows that the specification
// writes with `build` are played with `pull` where pulling does the same work.

import type { Case } from "./case.ts";

const pull = (...words: string[]) => ["berth", "pull", ...words];
const sh = (text: string) => ["sh", "-c", text];
const SMALL = "docker://{reg}/small";

export const PULL: readonly Case[] = [
  {
    id: "1",
    title: "pull makes small_latest.sif, executable as the umask allows",
    differs: "a registry on the loopback speaks plain HTTP without --no-https",
    steps: [
      { run: sh(`umask 022; berth pull ${SMALL}`) },
      { run: ["stat", "-c", "%n %a", "small_latest.sif"], out: "small_latest.sif 755" },
      { run: pull("--no-https", "flag.sif", SMALL) },
    ],
  },
  {
    id: "2",
    title: "an existing target is not overwritten",
    steps: [
      { run: pull(SMALL) },
      {
        run: pull(SMALL),
        exit: 255,
        err: /small_latest\.sif"? (- will not overwrite|.*exists)|exists.*small_latest\.sif/,
      },
    ],
  },
  {
    id: "3",
    title: "--force overwrites, from the cache",
    differs: "says that the file is up to date, and fetches nothing",
    steps: [{ run: pull(SMALL) }, { run: pull("-F", SMALL), notErr: /[0-9a-f]{12}: / }],
  },
  {
    id: "4",
    title: "pull by digest into a named file",
    steps: [{ run: pull("x.sif", `${SMALL}@{digest}`) }, { run: ["berth", "exec", "x.sif", "true"] }],
  },
  {
    id: "5",
    title: "--dir puts the file into an existing folder",
    steps: [
      { run: ["mkdir", "sub"] },
      { run: pull("--dir", "sub", SMALL) },
      { run: ["test", "-s", "sub/small_latest.sif"] },
    ],
  },
  {
    id: "6",
    title: "--dir of a missing folder fails",
    steps: [{ run: pull("--dir", "sub", SMALL), exit: 255, err: /sub/ }],
  },
  {
    id: "7",
    title: "a target in a missing folder fails",
    steps: [{ run: pull("/no/dir/x.sif", SMALL), exit: 255, err: /\/no\/dir/ }],
  },
  {
    id: "8",
    title: "--force gives the replaced file the mode of the present umask",
    differs: "played with docker:// instead of a file server: http(s):// sources come with the build issue",
    steps: [
      { run: pull("x.sif", SMALL) },
      ...[
        ["022", "755"],
        ["077", "700"],
        ["027", "750"],
      ].map(([umask, mode]) => ({
        run: sh(`umask ${umask}; berth --silent pull -F x.sif ${SMALL} && stat -c %a x.sif`),
        out: mode ?? "",
      })),
    ],
  },
  {
    id: "9",
    title: "a repository that is not there",
    steps: [
      { run: pull("docker://{reg}/nosuch"), exit: 255, err: /nosuch/ },
      { run: sh("ls -A"), out: "" },
    ],
  },
  {
    id: "10",
    title: "a registry that does not listen",
    steps: [{ run: pull("docker://{down}/small"), exit: 255, err: /refused/i }],
  },
  {
    id: "11",
    title: "plain HTTP on the loopback",
    differs: "works by itself; the peer ends with the HTTPS/HTTP mismatch",
    steps: [{ run: pull("x.sif", SMALL) }],
  },
  {
    id: "12",
    title: "an unknown transport",
    steps: [
      { run: pull("foo://x"), exit: 255, err: /foo/ },
      { run: ["berth", "run", "foo://x"], exit: 255, err: /foo/ },
    ],
  },
  {
    id: "13",
    title: "no transport at all",
    steps: [{ run: pull("alpine"), exit: 255, err: /docker:\/\/alpine|transport/i }],
  },
  {
    id: "14",
    title: "an unknown architecture",
    steps: [{ run: pull("--arch", "zzz", SMALL), exit: 255, err: /arch: zzz is not valid, supported archs are:/ }],
  },
  {
    id: "15",
    title: "an unknown variant",
    steps: [{ run: pull("--arch", "arm", "--arch-variant", "9", SMALL), exit: 255, err: /arm.*v?9/ }],
  },
  {
    id: "16",
    title: "platforms of an index, each cached by itself",
    steps: [
      { run: pull("--arch", "amd64", "1.sif", "docker://{reg}/multi") },
      { run: pull("--arch", "arm64", "2.sif", "docker://{reg}/multi") },
      { run: pull("--arch", "arm64", "--arch-variant", "v8", "3.sif", "docker://{reg}/multi") },
      { run: pull("--arch", "arm", "--arch-variant", "6", "4.sif", "docker://{reg}/multi") },
      ...[
        ["1", "amd64"],
        ["2", "arm64v8"],
        ["3", "arm64v8"],
        ["4", "armv6"],
      ].map(([n, arch]) => ({ run: ["berth", "image", "cat", `${n}.sif`, "/arch"], out: arch ?? "" })),
    ],
  },
  {
    id: "17",
    title: "an architecture as the first component of the path wins over --arch",
    steps: [
      { run: pull("--arch", "386", "x.sif", "docker://{reg}/amd64/multi"), err: /amd64/ },
      { run: ["berth", "image", "cat", "x.sif", "/arch"], out: "amd64" },
    ],
  },
  {
    id: "18",
    title: "a single manifest of another architecture is taken with a warning",
    steps: [{ run: pull("x.sif", "docker://{reg}/foreign"), err: /Architecture .* does not match|arm64/ }],
  },
  {
    id: "19",
    title: "--disable-cache leaves nothing in the cache",
    steps: [
      {
        run: ["berth", "--silent", "exec", "--disable-cache", SMALL, "echo", "ok"],
        env: { BERTH_CACHEDIR: "{work}/cache" },
        out: "ok",
      },
      { run: sh("find cache -type f -size +1k | wc -l"), out: "0" },
    ],
  },
  {
    id: "20",
    title: "a boolean variable that is none",
    steps: [
      {
        run: pull(SMALL),
        env: { APPTAINER_DISABLE_CACHE: "notabool" },
        exit: 255,
        err: /failed to parse environment variable.*notabool/s,
      },
    ],
  },
  {
    id: "21",
    title: "what one pull leaves in the cache",
    differs: "our layout: an OCI image layout plus finished image files, named by digest",
    steps: [
      { run: pull("x.sif", SMALL), env: { BERTH_CACHEDIR: "{work}/cache" } },
      {
        run: sh("find cache -name oci-layout | wc -l; find cache -path '*blobs/sha256/*' -type f | wc -l"),
        out: "1\n4",
      },
      { run: ["stat", "-c", "%a", "cache"], out: "700" },
    ],
  },
  {
    id: "22",
    title: "cache list counts what is there",
    differs: "our own table, and --json",
    steps: [
      { run: pull("x.sif", SMALL), env: { BERTH_CACHEDIR: "{work}/cache" } },
      { run: ["berth", "cache", "list"], env: { BERTH_CACHEDIR: "{work}/cache" }, out: /\d+(\.\d+)? [KM]?i?B/ },
      { run: ["berth", "cache", "list", "-v"], env: { BERTH_CACHEDIR: "{work}/cache" }, out: /[0-9a-f]{12}/ },
    ],
  },
  {
    id: "23",
    title: "cache clean: dry run, refusal, consent, force, age, type",
    differs: "the types are ours: blob, image, ref",
    steps: [
      ["--dry-run", "", "4"],
      ["", "n\n", "4"],
      ["--days 30 -f", "", "4"],
      ["-T image -f", "", "4"],
      ["", "y\n", "0"],
      ["-f", "", "0"],
      ["--days 0 -f", "", "0"],
    ].flatMap(([flags, answer = "", left = ""]) => [
      { run: pull("-F", "x.sif", SMALL), env: { BERTH_CACHEDIR: "{work}/cache" } },
      { run: sh(`berth cache clean ${flags}`), stdin: answer, env: { BERTH_CACHEDIR: "{work}/cache" } },
      { run: sh("find cache -path '*blobs/sha256/*' -type f | wc -l"), out: left },
    ]),
  },
  {
    id: "24",
    title: "a cache that cannot be written is done without",
    steps: [
      { run: pull("x.sif", SMALL), env: { BERTH_CACHEDIR: "/proc/nowhere/cache" }, err: /cache/i },
      { run: ["berth", "exec", "x.sif", "true"] },
    ],
  },
  {
    id: "25",
    title: "two pulls of one tag at once with a cold cache",
    steps: [
      {
        run: sh(
          `berth pull a.sif ${SMALL} & berth pull b.sif ${SMALL} & wait; cmp a.sif b.sif && berth exec a.sif echo ok`,
        ),
        env: { BERTH_CACHEDIR: "{work}/cache" },
        out: "ok",
      },
    ],
  },
  {
    id: "26",
    title: "the number of simultaneous downloads can be set",
    steps: [
      { run: pull("-F", "--disable-cache", "x.sif", SMALL), env: { BERTH_DOWNLOADS: "1" } },
      { run: pull("-F", "--disable-cache", "x.sif", SMALL), env: { BERTH_DOWNLOADS: "10" } },
      {
        run: pull("-F", "--disable-cache", "x.sif", SMALL),
        env: { BERTH_DOWNLOADS: "many" },
        exit: 255,
        err: /many/,
      },
    ],
  },
  {
    id: "27",
    title: "docker-archive",
    steps: [{ run: pull("x.sif", "docker-archive:{images}/small.tar") }, { run: ["berth", "exec", "x.sif", "true"] }],
  },
  {
    id: "28",
    title: "docker-archive, gzipped",
    differs: "works, as documented; the peer's reader fails with an invalid header",
    steps: [
      { run: pull("x.sif", "docker-archive:{images}/small.tar.gz") },
      { run: ["berth", "exec", "x.sif", "true"] },
    ],
  },
  {
    id: "29",
    title: "oci-archive, pulled and run",
    differs: "gzipped ones too",
    steps: [
      { run: pull("x.sif", "oci-archive:{images}/small.oci.tar") },
      { run: ["berth", "exec", "oci-archive:{images}/small.oci.tar", "true"] },
      { run: ["berth", "exec", "oci-archive:{images}/small.oci.tar.gz", "true"] },
    ],
  },
  {
    id: "30",
    title: "oci: with a tag",
    differs: "the tag is understood; the peer looks for a folder of that name",
    steps: [{ run: pull("x.sif", "oci:{layout}:small") }, { run: ["berth", "run", "x.sif"], out: /^entry point/ }],
  },
  {
    id: "31",
    title: "oci: with several images and no choice",
    steps: [
      {
        run: pull("x.sif", "oci:{layout}"),
        exit: 255,
        err: /small.*quirks|quirks.*small|must specify|several|multiple/s,
      },
    ],
  },
  {
    id: "32",
    title: "an archive that is not there",
    steps: [{ run: pull("x.sif", "docker-archive:/nosuch"), exit: 255, err: /\/nosuch/ }],
  },
  {
    id: "33",
    title: "docker-daemon without a daemon",
    steps: [
      {
        run: pull("x.sif", "docker-daemon:x:y"),
        env: { DOCKER_HOST: "unix:///nosuch/docker.sock" },
        exit: 255,
        err: /nosuch\/docker\.sock/,
      },
    ],
  },
  {
    id: "34",
    title: "an engine address that is none",
    steps: [
      ...["BERTH_DOCKER_HOST", "APPTAINER_DOCKER_HOST", "DOCKER_HOST"].map((name) => ({
        run: ["berth", "exec", "docker-daemon:x:y", "true"],
        env: { [name]: "tcp://1.2.3.4:oops" },
        exit: 255,
        err: /oops/,
      })),
      { run: pull("--docker-host", "tcp://1.2.3.4:oops", "x.sif", "docker-daemon:x:y"), exit: 255, err: /oops/ },
    ],
  },
  {
    id: "35",
    title: "a whiteout removes the file below",
    steps: [
      { run: ["berth", "exec", "{images}/big.sif", "ls", "/opt/app/deleted"], exit: 1 },
      { run: ["berth", "exec", "{images}/big.sif", "cat", "/opt/app/kept"], out: "kept" },
    ],
  },
  {
    id: "36",
    title: "a whiteout of a link to a folder keeps the folder",
    steps: [
      { run: ["berth", "exec", "{images}/big.sif", "ls", "/opt/link-to-target"], exit: 1 },
      { run: ["berth", "exec", "{images}/big.sif", "ls", "/opt/target"], out: "inside" },
    ],
  },
  {
    id: "37",
    title: "an opaque folder shows its own layer only",
    steps: [
      {
        run: ["berth", "exec", "{images}/big.sif", "sh", "-c", "cd /opt/app/config; find . | sort"],
        out: ".\n./new.conf\n./sub\n./sub/fresh.conf",
      },
    ],
  },
  {
    id: "38",
    title: "types change between layers",
    steps: [
      {
        run: [
          "berth",
          "exec",
          "{images}/big.sif",
          "sh",
          "-c",
          "cd /opt; stat -c '%n %F' was-file was-dir was-link; ls was-link target",
        ],
        out: "was-file directory\nwas-dir regular file\nwas-link directory\ntarget:\ninside\n\nwas-link:\nnow",
      },
    ],
  },
  {
    id: "39",
    title: "eleven hard links are one file",
    steps: [
      {
        run: [
          "berth",
          "exec",
          "{images}/big.sif",
          "sh",
          "-c",
          "stat -c '%h' /links/0; stat -c %i /links/* | sort -u | wc -l",
        ],
        out: "11\n1",
      },
    ],
  },
  {
    id: "40",
    title: "a folder made again holds the new only",
    steps: [{ run: ["berth", "exec", "{images}/big.sif", "ls", "/usr/share/man"], out: "README" }],
  },
  {
    id: "41a",
    title: "the content of a file with mode 000 survives",
    differs: "the peer, as a user, leaves a file of size 0 and says nothing",
    steps: [{ run: ["berth", "exec", "{images}/quirks.sif", "cat", "/secret"], out: "content" }],
  },
  {
    id: "41b",
    title: "owners and user attributes are in the image whoever pulls",
    differs: "owners are kept for users too; device nodes are dropped for all, since nobody could use them",
    steps: [
      { run: sh("berth image ls {images}/quirks.sif / | grep owned"), out: /1000[/: ]+1001/ },
      { run: ["berth", "image", "ls", "{images}/quirks.sif", "/"], notOut: / node$/m },
    ],
  },
  {
    id: "41",
    title: "unreadable folders come with what is in them",
    steps: [
      { run: ["berth", "exec", "{images}/quirks.sif", "cat", "/closed/inside"], out: "inside" },
      { run: pull("--sandbox", "box", "docker://{reg}/quirks") },
      { run: ["cat", "box/closed/inside"], out: "inside" },
    ],
  },
  {
    id: "42",
    title: "build to /dev/null",
    steps: [
      { run: ["berth", "build", "--disable-cache", "--force", "/dev/null", SMALL] },
      { run: ["berth", "build", "/dev/null", SMALL] },
      { run: ["test", "-c", "/dev/null"] },
    ],
  },
  {
    id: "43",
    title: "--sandbox makes a folder",
    steps: [
      { run: pull("--sandbox", "d", SMALL) },
      { run: ["test", "-d", "d/bin"] },
      { run: ["berth", "exec", "d", "echo", "ok"], out: "ok" },
    ],
  },
  {
    id: "44",
    title: "the same image gives the same bytes",
    differs: "always, without a flag; --reproducible and SOURCE_DATE_EPOCH are accepted",
    steps: [
      { run: pull("--disable-cache", "a.sif", SMALL), env: { TZ: "Asia/Tokyo" } },
      { run: pull("--reproducible", "--disable-cache", "b.sif", SMALL), env: { TZ: "America/Lima" } },
      { run: ["cmp", "a.sif", "b.sif"] },
    ],
  },
  {
    id: "45",
    title: "an artifact is no image",
    steps: [
      { run: pull("x.sif", "docker://{reg}/artifact"), exit: 255, err: /artifact/ },
      { run: sh("ls -A"), out: "" },
    ],
  },
  {
    id: "46",
    title: "pull oras:// of a pushed SIF",
    steps: [
      { run: ["berth", "push", "{images}/small.sif", "oras://{reg}/sif:1"], out: /oras|sif:1@sha256:/ },
      { run: pull("a.sif", "oras://{reg}/sif:1") },
      { run: ["cmp", "{images}/small.sif", "a.sif"] },
      { run: pull("--no-https", "b.sif", "oras://{reg}/sif:1") },
      { run: ["cmp", "{images}/small.sif", "b.sif"] },
    ],
  },
  {
    id: "47",
    title: "pull oras:// of something else",
    steps: [
      { run: pull("x.sif", "oras://{reg}/small"), exit: 255, err: /docker:\/\// },
      { run: pull("x.sif", "oras://{reg}/artifact"), exit: 255, err: /no SIF file/ },
      { run: sh("ls -A"), out: "" },
    ],
  },
  {
    id: "48",
    title: "registries.conf says insecure",
    steps: [
      {
        run: sh(
          `mkdir -p home/.config/containers; printf '[[registry]]\\nlocation = "{reg}"\\ninsecure = true\\n' >home/.config/containers/registries.conf`,
        ),
      },
      { run: pull("x.sif", SMALL), env: { HOME: "{work}/home", XDG_CONFIG_HOME: "{work}/home/.config" } },
    ],
  },
  {
    id: "49",
    title: "registries.conf names a mirror of the default hub",
    steps: [
      {
        run: sh(
          `mkdir -p home/.config/containers; printf '[[registry]]\\nprefix = "docker.io/library"\\nlocation = "docker.io/library"\\n[[registry.mirror]]\\nlocation = "{reg}"\\ninsecure = true\\n' >home/.config/containers/registries.conf`,
        ),
      },
      { run: pull("x.sif", "docker://small"), env: { HOME: "{work}/home", XDG_CONFIG_HOME: "{work}/home/.config" } },
      { run: ["berth", "run", "x.sif"], out: /^entry point/ },
    ],
  },
];
