// Programs of the host that make a system from packages: mmdebstrap and debootstrap, yum, dnf and zypper. They run inside
// the build's namespace, where they are root, and need nothing else.

import { join } from "node:path";
import { canRun } from "../../platform/access.ts";
import type { HostStep, TarStep } from "../types.ts";
import type { ProgramAgent } from "./base.ts";
import { requiredHeader } from "./base.ts";
import { failAt } from "./errors.ts";
import { programOutput } from "./program-output.ts";
import type { Stage } from "./recipe.ts";

/** What is known of the machine. */
export interface BootstrapMachine {
  /** GOARCH name of the image. */
  readonly architecture: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Says a line of the program to the user. */
  say(line: string): void;
}

/** The step that makes the system. @throws E_BOOTSTRAP_TOOL, E_BOOTSTRAP_HEADER, E_BOOTSTRAP_VALUE */
export function bootstrapStep(stage: Stage, agent: ProgramAgent, machine: BootstrapMachine): TarStep | HostStep {
  checkValues(stage);
  if (agent === "debootstrap") return debianStep(stage, machine);
  const tools = agent === "zypper" ? ["zypper"] : ["dnf", "yum", "microdnf"];
  const tool = findTool(stage, agent, tools, machine);
  return agent === "zypper" ? zypperStep(stage, tool, machine) : dnfStep(stage, tool, machine);
}

const DEBIAN_ARCHITECTURES: Readonly<Record<string, string>> = {
  ...{ amd64: "amd64", arm64: "arm64", arm: "armhf", "386": "i386", ppc64le: "ppc64el" },
  ...{ s390x: "s390x", riscv64: "riscv64", loong64: "loong64" },
};

function debianStep(stage: Stage, machine: BootstrapMachine): TarStep | HostStep {
  const tool = findTool(stage, "debootstrap", ["mmdebstrap", "debootstrap"], machine);
  const suite = requiredHeader(stage, "osversion").value;
  const mirror = stage.headers.get("mirrorurl")?.value;
  const architecture = DEBIAN_ARCHITECTURES[machine.architecture] ?? machine.architecture;
  const included = packages(stage);
  const include = included.length > 0 ? [`--include=${included.join(",")}`] : [];
  const common = ["--variant=minbase", `--arch=${architecture}`, ...include];
  if (tool.endsWith("/debootstrap")) {
    return hostStep([...DEBOOTSTRAP, suite, mirror ?? "", tool, ...common], machine);
  }
  // Its user namespaces cannot be made inside ours, and are not needed: here it is root.
  const argv = [tool, "--mode=root", "--format=tar", ...common, suite, "-", ...(mirror ? [mirror] : [])];
  const at = stage.at(requiredHeader(stage, "osversion").range, "Bootstrap: debootstrap");
  return {
    kind: "tar",
    identity: JSON.stringify(argv.slice(1)),
    open: (signal) => programOutput(argv, { at, signal, environment: machine.environment, say: machine.say }),
  };
}

// The mounted state is known by a variable only, so a shell puts it in its place.
const DEBOOTSTRAP = [
  ...["/bin/sh", "-c", 'suite=$1 mirror=$2 tool=$3; shift 3; exec "$tool" "$@" "$suite" "$APPTAINER_ROOTFS" $mirror'],
  "bootstrap",
];
const INSTALL_ROOT = [
  "/bin/sh",
  "-c",
  'tool=$1; shift; exec "$tool" --installroot="$APPTAINER_ROOTFS" "$@"',
  "bootstrap",
];

function dnfStep(stage: Stage, tool: string, machine: BootstrapMachine): HostStep {
  const mirror = requiredHeader(stage, "mirrorurl").value;
  const release = stage.headers.get("osversion")?.value ?? "";
  const repositories = [
    ["berth-base", mirror],
    ["berth-updates", stage.headers.get("updateurl")?.value],
  ].flatMap(([id, url]) =>
    url ? [`--repofrompath=${id},${url.replaceAll("%{OSVERSION}", release)}`, `--repo=${id}`] : [],
  );
  const words = [tool, "-y", "--nogpgcheck", "--setopt=install_weak_deps=False", "--setopt=reposdir=/dev/null"];
  const names = ["/etc/redhat-release", "coreutils", ...packages(stage)];
  const wanted = release ? [`--releasever=${release}`] : [];
  return hostStep([...INSTALL_ROOT, ...words, ...wanted, ...repositories, "install", ...names], machine);
}

function zypperStep(stage: Stage, tool: string, machine: BootstrapMachine): HostStep {
  const release = stage.headers.get("osversion")?.value ?? "";
  const mirror = requiredHeader(stage, "mirrorurl").value.replaceAll("%{OSVERSION}", release);
  const names = ["aaa_base", ...packages(stage)];
  const script = [
    "tool=$1; mirror=$2; shift 2; set -e",
    '"$tool" --root "$APPTAINER_ROOTFS" --non-interactive addrepo --no-gpgcheck "$mirror" berth-base',
    'exec "$tool" --root "$APPTAINER_ROOTFS" --non-interactive --gpg-auto-import-keys install --auto-agree-with-licenses "$@"',
  ].join("\n");
  return hostStep(["/bin/sh", "-c", script, "bootstrap", tool, mirror, ...names], machine);
}

function hostStep(argv: readonly string[], { environment }: BootstrapMachine): HostStep {
  const path = `${environment["PATH"] ?? ""}:${SYSTEM_PATH}`;
  return { kind: "host", argv, input: "", env: { PATH: path, LC_ALL: "C", APPTAINER_ROOTFS: "{root}" } };
}

const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Package names of `Include:`. */
function packages(stage: Stage): string[] {
  return (stage.headers.get("include")?.value ?? "").split(/[\s,]+/).filter((name) => name !== "");
}

// Words of a recipe become words of a command line: none may be taken for an option.
function checkValues(stage: Stage): void {
  for (const key of ["osversion", "mirrorurl", "updateurl", "include"]) {
    const header = stage.headers.get(key);
    if (!header?.value.split(/[\s,]+/).some((word) => word.startsWith("-"))) continue;
    const fields = {
      key,
      value: header.value,
      why: "begins with a dash",
      hint: "options for the program cannot be given",
    };
    throw failAt("E_BOOTSTRAP_VALUE", stage.at(header.range, "Bootstrap"), fields);
  }
}

function findTool(stage: Stage, agent: string, tools: readonly string[], { environment }: BootstrapMachine): string {
  const folders = `${environment["PATH"] ?? ""}:${SYSTEM_PATH}`.split(":").filter((path) => path.startsWith("/"));
  for (const tool of tools) {
    const found = folders.map((path) => join(path, tool)).find(canRun);
    if (found) return found;
  }
  const example = agent === "debootstrap" ? "debian:13" : agent === "zypper" ? "opensuse/leap:15.6" : "rockylinux:9";
  const at = stage.at(requiredHeader(stage, "bootstrap").range, "Bootstrap");
  throw failAt("E_BOOTSTRAP_TOOL", at, { agent, tools: tools.join(" or "), example });
}
