// The test images of the catalogue, made from a static busybox: `small`, `big` and `quirks` of the specification, and
// the stand-ins for the public images that Apptainer's own tests use.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { HOST_ARCHITECTURE, type LayerEntry, opaque, type TestImage, whiteout } from "../support/oci-image.ts";

const BUSYBOX = "/bin/busybox";
const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A root file system with all of busybox's programs, and a user `nobody`. */
function busyboxLayer(): readonly LayerEntry[] {
  const applets = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n").filter(Boolean);
  return [
    ...["bin", "sbin", "etc", "usr", "usr/bin", "dev", "proc", "sys", "home", "mnt", "opt", "srv", "var"].map(
      (path) => ({ path }),
    ),
    { path: "root", mode: 0o700 },
    { path: "tmp", mode: 0o1777 },
    { path: "var/tmp", mode: 0o1777 },
    { path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
    ...applets.filter((name) => name !== "busybox").map((name) => ({ path: `bin/${name}`, target: "busybox" })),
    { path: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" },
    { path: "etc/group", content: "root:x:0:\nnogroup:x:65534:\n" },
    { path: "etc/hostname", content: "image\n" },
  ];
}

const BASE = { entries: busyboxLayer() };

function small(architecture = HOST_ARCHITECTURE, variant?: string): TestImage {
  return {
    layers: [BASE, { entries: [{ path: "arch", content: `${architecture}${variant ?? ""}\n` }] }],
    platform: { os: "linux", architecture, ...(variant ? { variant } : {}) },
    config: {
      Entrypoint: ["/bin/echo", "entry point"],
      Cmd: ["cmd 1", "$HOME"],
      Env: [PATH, "SMALL_VAR=from image"],
      Labels: { "org.example.name": "small" },
      User: "65534",
      WorkingDir: "/srv",
    },
  };
}

const content = "";

/** What the layers do to each other; the rows 35 to 41 look at the outcome. */
const BIG: TestImage = {
  config: { Env: [PATH], Cmd: ["/bin/sh"] },
  layers: [
    BASE,
    {
      entries: [
        ...["opt/app", "opt/app/config", "opt/app/config/sub", "opt/target", "usr/share", "usr/share/man", "links"].map(
          (path) => ({ path }),
        ),
        { path: "opt/app/config/old.conf", content },
        { path: "opt/app/config/sub/old", content },
        { path: "opt/app/deleted", content },
        { path: "opt/app/kept", content: "kept\n" },
        { path: "opt/target/inside", content },
        { path: "opt/link-to-target", target: "target" },
        { path: "usr/share/man/man1.gz", content },
        { path: "opt/was-file", content },
        { path: "opt/was-dir" },
        { path: "opt/was-dir/inside", content },
        { path: "opt/was-link", target: "target" },
        { path: "links/0", content: "linked\n" },
        ...Array.from({ length: 10 }, (_, i) => ({ path: `links/${i + 1}`, type: "link", target: "links/0" }) as const),
      ],
    },
    {
      entries: [whiteout("opt/app/deleted"), whiteout("opt/link-to-target"), whiteout("usr/share/man")],
      compression: "zstd",
    },
    {
      entries: [
        { path: "opt/app/config" },
        opaque("opt/app/config"),
        { path: "opt/app/config/new.conf", content },
        { path: "opt/app/config/sub" },
        { path: "opt/app/config/sub/fresh.conf", content },
        { path: "usr/share/man" },
        { path: "usr/share/man/README", content },
        { path: "opt/was-file" },
        { path: "opt/was-file/now", content },
        { path: "opt/was-dir", content: "a file now\n" },
        { path: "opt/was-link" },
        { path: "opt/was-link/now", content },
      ],
      compression: "none",
    },
  ],
};

/** Environment values that suffer when a shell reads them, and files that suffer when an ordinary user unpacks them. */
const QUIRKS: TestImage = {
  layers: [
    BASE,
    {
      entries: [
        { path: "secret", content: "content\n", mode: 0 },
        { path: "owned", content: "owned\n", uid: 1000, gid: 1001, xattrs: { "user.note": "kept" } },
        { path: "node", type: "character-device", device: [1, 3] },
        { path: "closed", mode: 0 },
        { path: "closed/inside", content: "inside\n" },
      ],
    },
  ],
  config: {
    Env: [
      "PATH=/own/bin:/bin",
      'Q_DOUBLE=a "b"',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text must reach the container as it stands.
      "Q_DOLLAR=$HOME and ${USER}",
      "Q_BACKSLASH=a\\b",
      "Q_BACKQUOTE=`id`",
      "Q_NEWLINE=one\ntwo",
      "Q_SINGLE=it's",
      "Q_EMPTY=",
    ],
    Cmd: ["/bin/sh", "-c", "echo 'Test run'"],
  },
};

/** The words that quoting must not change (upstream's quoting images). */
const WORDS = `'quotes' "quotes" $DOLLAR s p a c e s`;

/** All images by repository; each gets the tag `latest`. */
export const IMAGES: Readonly<Record<string, TestImage | readonly TestImage[]>> = {
  small: small(),
  big: BIG,
  quirks: QUIRKS,
  "cmd-only": { layers: [BASE], config: { Env: [PATH], Cmd: ["/bin/echo", "-n", WORDS] } },
  "entry-only": { layers: [BASE], config: { Env: [PATH], Entrypoint: ["/bin/echo", WORDS] } },
  both: { layers: [BASE], config: { Env: [PATH], Entrypoint: ["/bin/echo"], Cmd: [WORDS] } },
  neither: { layers: [BASE], config: { Env: [PATH] } },
  noisy: {
    layers: [
      BASE,
      {
        entries: [
          { path: ".singularity.d" },
          { path: ".singularity.d/env" },
          { path: ".singularity.d/env/50-fails.sh", content: "export BEFORE=1\nfalse\nexport AFTER=1\n", mode: 0o755 },
        ],
      },
    ],
    config: { Env: [PATH] },
  },
  multi: [small("amd64"), small("arm64", "v8"), small("arm", "v6"), small("386")],
  "amd64/multi": [small("amd64"), small("386")],
  foreign: small(HOST_ARCHITECTURE === "amd64" ? "arm64" : "amd64"),
};
