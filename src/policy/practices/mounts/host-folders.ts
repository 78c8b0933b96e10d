// Host folders that launches must not mount: MNT001, MNT002, MNT003.

import { isEngineSocket } from "../../host-path.ts";
import type { LaunchMount } from "../../launch-view/types.ts";
import { practice } from "../../practice.ts";
import type { LaunchSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { homeFault, systemFolder } from "./host-sources.ts";

function mountHits({ launch }: LaunchSubject, judge: (mount: LaunchMount) => Hit | undefined): readonly Hit[] {
  return launch.mounts.flatMap((mount) => {
    const hit = mount.kind === "bind" && mount.source !== undefined ? judge(mount) : undefined;
    return hit ? [{ range: mount.range, ...hit }] : [];
  });
}

export const SYSTEM_FOLDERS = practice({
  id: "MNT001",
  title: "No folder of the host's system is mounted",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path}, a folder of the host's system, is mounted",
  hint: "mount the one file or folder that the program needs",
  why: "Whoever gets into the container reads, and often writes, what the whole host lives of.",
  source: "N3.1",
  peers: ["KSV-0023"],
  controls: ["CIS 5.5", "NIST 800-190 4.4.3"],
  counterparts: ["VOL-01"],
  cases: {
    below: {
      severity: "warning",
      message: "{path} is a folder of the host's own work",
      hint: "keep data in a folder that is made for them",
    },
  },
  checks: {
    launch: (subject) =>
      mountHits(subject, ({ source = "" }) => {
        const found = systemFolder(source);
        return found && { case: found.below ? "below" : undefined, fields: { path: found.path } };
      }),
  },
  passes: [
    { shows: "a data folder", run: "apptainer exec -B /data/project:/data x.sif y\n" },
    { shows: "one file", run: "docker run -v /etc/localtime:/etc/localtime:ro img:1\n" },
    { shows: "certificates", run: "docker run -v /etc/ssl/certs:/etc/ssl/certs:ro img:1\n" },
    { shows: "a volume named like one", compose: "volumes: [var:/var/lib/x]\n" },
    { shows: "the network of the nodes", run: "apptainer exec -B /dev/infiniband,/dev/nvidia0 x.sif y\n" },
  ],
  fails: [
    {
      shows: "apptainer -B /etc",
      run: "apptainer exec -B /etc:/etc x.sif y\n",
      expect: { line: 1, says: "/etc, a folder" },
    },
    { shows: "the root", compose: "volumes: ['/:/host:ro']\n" },
    { shows: "one of a list", run: "APPTAINER_BIND=/data,/usr/ apptainer run x.sif\n", expect: { says: "/usr" } },
    { shows: "--mount", run: "docker run --mount type=bind,source=/proc,target=/p img:1\n" },
    { shows: "shifter", run: "shifter --image=x:1 -V /dev:/dev y\n" },
    { shows: "ch-run", run: "ch-run -b /sys x -- y\n" },
    { shows: "below /var/lib", run: "docker run -v /var/lib/docker:/d img:1\n", expect: { case: "below" } },
    { shows: "below /tmp", run: "docker run -v /tmp/data:/d img:1\n", expect: { case: "below", says: "/tmp/data" } },
  ],
});

export const HOME_FOLDERS = practice({
  id: "MNT002",
  title: "No folder with everybody's data is mounted",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} holds the data of all users",
  hint: "mount the one folder of yours that the program needs",
  why: "A mistake in the container then reaches everybody's files.",
  source: "N3.1",
  peers: [],
  cases: {
    other: {
      message: "{path} is the folder of somebody: {user}",
      hint: "mount a folder of your own",
    },
  },
  checks: {
    launch: (subject) =>
      mountHits(subject, ({ source = "" }) => homeFault(source, subject.launch.stack?.tags.get("owner"))),
  },
  passes: [
    { shows: "one's own folder", run: "docker run -v /home/user/data:/var/lib/mysql mysql:8.4.2\n" },
    { shows: "a variable", run: "apptainer exec -B $HOME:/home x.sif y\n" },
    {
      shows: "of a stack whose owner is still to be filled in",
      compose:
        "x-berth:\n  tags: {owner: OWNER}\nservices:\n  web:\n    image: a:1\n    volumes: ['/home/wilma/d:/data']\n",
    },
  ],
  fails: [
    { shows: "/home", run: "apptainer exec -B /home:/var x.sif y\n", expect: { line: 1, says: "/home holds" } },
    { shows: "/Users", compose: "volumes: ['/Users:/data']\n" },
    {
      shows: "somebody else's",
      compose:
        "x-berth:\n  tags: {owner: fred}\nservices:\n  web:\n    image: a:1\n    volumes: ['/home/wilma:/data']\n",
      expect: { case: "other", says: "wilma" },
    },
  ],
});

export const ENGINE_SOCKET = practice({
  id: "MNT003",
  title: "The engine's socket stays outside",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} lets the container control the engine",
  hint: "remove the mount; ask the site for the operation that you need",
  why: "Who may ask the engine may start a container that is root on the host.",
  source: "N3.2",
  peers: ["KSV-0006"],
  controls: ["CIS 5.31"],
  checks: {
    launch: (subject) =>
      mountHits(subject, ({ source = "" }) => (isEngineSocket(source) ? { fields: { path: source } } : undefined)),
  },
  passes: [{ shows: "a socket of an application", run: "docker run -v /run/postgresql/s.sock:/s img:1\n" }],
  fails: [
    {
      shows: "docker.sock",
      run: "docker run -v /var/run/docker.sock:/var/run/docker.sock img:1\n",
      expect: { line: 1 },
    },
    { shows: "podman's", compose: "volumes: ['/run/user/1000/podman/podman.sock:/x']\n" },
    {
      shows: "containerd's",
      compose: "volumes:\n  - {type: bind, source: /run/containerd/containerd.sock, target: /x}\n",
    },
  ],
});
