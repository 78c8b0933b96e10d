// Reading and writing shared file systems: VOL-05, VOL-06, VOL-07.

import { APP_FOLDER, bind, port, route } from "../example-parts.ts";
import { isLoopback } from "../port-class.ts";
import { rule } from "../rule.ts";
import type { MountSubject } from "../subjects.ts";

const SOURCE = "Spin: Read-Only vs. Read-Write";

export const VOLUME_READ_ONLY = rule({
  id: "VOL-05",
  title: "A mount is read-only unless the service writes",
  on: "mount",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Mount {path} read-only: {service} has never written there",
  hint: "add :ro",
  why: "What a service does not write it should not be able to destroy.",
  source: "Spin: Global File System / GPFS",
  cases: {
    reminder: {
      severity: "info",
      message: "{service} mounts {path} for writing; mount it read-only unless it does write",
    },
  },
  check: ({ of, mount, facts, ...view }) => {
    if (!isExternal(view) || view.readOnly) return undefined;
    const fields = { path: view.written ?? view.storageClassName };
    const never = facts.running?.get(of.service.name)?.neverWritten?.includes(mount.target) === true;
    if (never) return { fields };
    return of.service.writeAudit ? undefined : { case: "reminder", certainty: "likely", fields };
  },
  passes: [
    { shows: ":ro", service: { mounts: [bind(APP_FOLDER)] } },
    { shows: "declared as written", service: { mounts: [bind(APP_FOLDER, false)], writeAudit: true } },
  ],
  fails: [
    {
      shows: "rw, never written",
      service: { mounts: [bind(APP_FOLDER, false)], writeAudit: true },
      facts: { running: new Map([["web", { image: "x", digests: [], neverWritten: ["/srv"] }]]) },
      expect: { severity: "warning", certainty: "certain" },
    },
    { shows: "rw", service: { mounts: [bind(APP_FOLDER, false)] }, expect: { case: "reminder", certainty: "likely" } },
  ],
});

export const VOLUME_PUBLIC = rule({
  id: "VOL-06",
  title: "A public service mounts shared file systems read-only",
  on: "mount",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{service} is public; mount {path} read-only",
  hint: "add :ro, or let people sign in: auth: on the route, authenticated: true when the program asks by itself",
  why: "Nobody must change files of the site without having said who he is.",
  source: SOURCE,
  check: ({ of, ...view }) =>
    of.open && isExternal(view) && !view.readOnly
      ? { fields: { path: view.written ?? view.storageClassName } }
      : undefined,
  passes: [
    { shows: ":ro", service: { mounts: [bind(APP_FOLDER)], routes: [route({ auth: "none" })] } },
    { shows: "rw, people sign in", service: { mounts: [bind(APP_FOLDER, false)], routes: [route({ auth: "user" })] } },
    {
      shows: "a volume of the stack",
      service: {
        mounts: [{ kind: "volume", volume: "d", target: "/d", readOnly: false, noCopy: false }],
        routes: [route({ auth: "none" })],
      },
    },
  ],
  fails: [
    {
      shows: "rw on a public web service",
      service: { mounts: [bind(APP_FOLDER, false)], routes: [route({ auth: "none" })] },
    },
    {
      shows: "rw behind a port open to the world",
      service: { mounts: [bind(APP_FOLDER, false)], routes: [], ports: [port(60007, 8080)] },
    },
    {
      shows: "rw behind a TCP route, which can ask nobody to sign in",
      service: {
        mounts: [bind(APP_FOLDER, false)],
        routes: [route({ protocol: "tcp", listen: 60007, auth: "user" })],
        ports: [],
      },
    },
    {
      shows: "rw behind a port that the platform picks for the world",
      service: { mounts: [bind(APP_FOLDER, false)], routes: [], ports: [port(undefined, 8080)] },
    },
    {
      shows: "rw by a volume's options",
      service: {
        mounts: [{ kind: "volume", volume: "v", target: "/x", readOnly: false, noCopy: false }],
        routes: [route({ auth: "none" })],
      },
      stack: { volumes: [{ name: "v", options: { o: "bind", type: "none", device: APP_FOLDER }, labels: {} }] },
    },
  ],
});

export const VOLUME_TRACED = rule({
  id: "VOL-07",
  title: "Writes on shared file systems can be traced to a person",
  on: "mount",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "State how writes on {path} are traced to users",
  hint: "declare x-berth: {authenticated: true, write-audit: true} when it is so, or mount it read-only",
  why: "All files that the service writes have one owner; only the service itself knows for whom it wrote them.",
  source: SOURCE,
  check: ({ of, ...view }) => {
    // A public service has VOL-06 to begin with.
    if (of.open || !isExternal(view) || view.readOnly) return undefined;
    const { authenticated, writeAudit, routes, ports } = of.service;
    const asked = routes.every(({ auth, protocol }) => protocol === "http" && auth !== "none");
    const known = authenticated || (routes.length > 0 && asked && ports.every(({ address }) => isLoopback(address)));
    return known && writeAudit ? undefined : { fields: { path: view.written ?? view.storageClassName } };
  },
  passes: [
    {
      shows: "authenticated and write-audit",
      service: { mounts: [bind(APP_FOLDER, false)], authenticated: true, writeAudit: true },
    },
    {
      shows: "the proxy asks who it is",
      service: { mounts: [bind(APP_FOLDER, false)], routes: [route({ auth: "user" })], writeAudit: true },
    },
    { shows: "read-only", service: { mounts: [bind(APP_FOLDER)] } },
  ],
  fails: [
    { shows: "rw undeclared", service: { mounts: [bind(APP_FOLDER, false)] } },
    {
      shows: "a route that asks, and a port that does not",
      service: { mounts: [bind(APP_FOLDER, false)], ports: [port(50007, 8080)], writeAudit: true },
    },
    {
      shows: "a TCP route, which cannot ask",
      service: {
        mounts: [bind(APP_FOLDER, false)],
        routes: [route({ protocol: "tcp", listen: 50007, auth: "user" })],
        writeAudit: true,
      },
    },
    { shows: "authenticated only", service: { mounts: [bind(APP_FOLDER, false)], authenticated: true } },
    {
      shows: "write-audit only",
      service: { mounts: [bind(APP_FOLDER, false)], routes: [], ports: [], writeAudit: true },
    },
  ],
});

function isExternal({ root, storageClass }: Pick<MountSubject, "root" | "storageClass">): boolean {
  return root?.external === true || storageClass?.external === true;
}
