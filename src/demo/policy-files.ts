// What `berth demo policy` works with: a base image of an invented release, a Dockerfile with the mistakes that people make, the same
// as its author leaves it, and advisories. The packages, the flaws and their numbers are invented, so that nobody takes
// them for news. It must not know how they are used.

import { generateKeyPairSync } from "node:crypto";
import type { Edit } from "./tree-edit.ts";

/** The programs that the base image has, copied from this machine. */
export const BASE_PROGRAMS: readonly string[] = ["sh", "cat", "chmod", "head", "mkdir", "rm", "id"].map(
  (name) => `/bin/${name}`,
);

const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
ID=debian
VERSION_ID="13"
VERSION_CODENAME=trixie
`;

const DPKG_STATUS = `Package: base-files
Status: install ok installed
Architecture: all
Maintainer: Debian Base System <debian-base@lists.debian.org>
Version: 13.8

Package: libtideline1
Status: install ok installed
Architecture: all
Source: tideline
Maintainer: Debian QA Group <packages@qa.debian.org>
Version: 1.2-3

`;

const METADATA =
  "Metadata-Version: 2.1\nName: moonphase-demo\nVersion: 0.9.1\nLicense: MIT\n\nThe phase of the moon.\n";

/** An apt-get that needs no network: it knows the words, and puts a file where a real one would. */
const APT_GET = `#!/bin/sh
# Stands in for apt-get in berth's demonstration, which has no network.
case " $* " in
  *" update "*) mkdir -p /var/lib/apt/lists && head -c 2000000 /dev/zero > /var/lib/apt/lists/demo_Packages ;;
  *" install "*) echo "as if installed: $*" ;;
  *) echo "the demonstration's apt-get knows update and install" >&2; exit 100 ;;
esac
`;

/** What makes the copied programs look like a small Debian with two packages that have flaws. */
export const BASE_FILES: readonly Edit[] = [
  { op: "file", path: "etc/os-release", text: OS_RELEASE },
  { op: "file", path: "etc/passwd", text: "root:x:0:0:root:/root:/bin/sh\n" },
  { op: "file", path: "etc/group", text: "root:x:0:\n" },
  { op: "file", path: "var/lib/dpkg/status", text: DPKG_STATUS },
  { op: "file", path: "usr/bin/apt-get", text: APT_GET, mode: 0o755 },
  {
    op: "file",
    path: "usr/lib/python3/dist-packages/moonphase_demo-0.9.1.dist-info/METADATA",
    text: METADATA,
  },
];

/** The folder of the bad Dockerfile. */
export function badFolder(base: string): Readonly<Record<string, string>> {
  return { Dockerfile: badDockerfile(base), "deploy.key": newKey(), "moon.sh": MOON };
}

// Made anew each time, and opens nothing.
function newKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** What the Dockerfile does, as layers, for machines where nobody but root may build. */
export function badLayers(): readonly { readonly by: string; readonly edits: readonly Edit[] }[] {
  const [moon, key, atlas] = ["opt/moon/moon.sh", "opt/moon/deploy.key", "opt/moon/atlas"];
  return [
    { by: "COPY moon.sh deploy.key /opt/moon/", edits: [{ op: "file", path: key, text: newKey() }] },
    {
      by: "RUN chmod 4755 /opt/moon/moon.sh && head -c 6000000 /dev/zero > /opt/moon/atlas",
      edits: [
        { op: "file", path: moon, text: MOON, mode: 0o4755 },
        { op: "file", path: atlas, text: "\0".repeat(6_000_000) },
      ],
    },
    {
      by: "RUN rm /opt/moon/deploy.key /opt/moon/atlas",
      edits: [
        { op: "remove", path: key },
        { op: "remove", path: atlas },
      ],
    },
  ];
}

const MOON = `#!/bin/sh
echo "the moon over port \${PORT:-none}, seen by $(id -u)"
`;

const badDockerfile = (base: string) => `FROM ${base}
MAINTAINER alice <alice@example.org>
RUN apt-get update
RUN apt-get install curl
ADD moon.sh /opt/moon/
COPY deploy.key /opt/moon/deploy.key
RUN chmod 4755 /opt/moon/moon.sh
RUN head -c 6000000 /dev/zero > /opt/moon/atlas
RUN rm /opt/moon/deploy.key /opt/moon/atlas
CMD /opt/moon/moon.sh
`;

/** The Dockerfile as its author leaves it, once the checks have said what they have to say. */
export const goodDockerfile = (base: string) => `FROM ${base}
LABEL org.opencontainers.image.title="moon" \\
      org.opencontainers.image.description="Says where the moon is" \\
      org.opencontainers.image.authors="alice <alice@example.org>" \\
      org.opencontainers.image.licenses="Apache-2.0" \\
      org.opencontainers.image.source="https://git.example.org/alice/moon" \\
      org.opencontainers.image.revision="0123456789abcdef0123456789abcdef01234567"
COPY moon.sh /opt/moon/
USER 499
CMD ["/bin/sh", "/opt/moon/moon.sh"]
`;

/** Advisories in OSV's form, told of on this day. */
export const advisories = (day: Date): readonly object[] => [
  {
    id: "DEMO-2026-0001",
    modified: day.toISOString(),
    aliases: ["CVE-2026-90001"],
    summary: "tideline reads beyond its table",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "Debian:13", name: "tideline" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1.2-3+deb13u1" }] }],
      },
    ],
  },
  {
    id: "DEMO-2026-0002",
    modified: day.toISOString(),
    aliases: ["CVE-2026-90002"],
    summary: "moonphase-demo believes every date",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N" }],
    affected: [
      {
        package: { ecosystem: "PyPI", name: "moonphase-demo" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "1.0" }] }],
      },
    ],
  },
];
