import { describe, expect, test } from "vitest";
import { parseSiteVolumes, parseUserVolumes } from "../../site/volume.ts";
import { launchOf, moduleOf } from "../testing.ts";
import type { BatchLaunch } from "../types.ts";
import { planCaches } from "./caches.ts";
import { encodeOrder } from "./order.ts";
import { planSetup, type SetupFacts, setupText } from "./plan-setup.ts";
import type { SetupRequest } from "./types.ts";

const ASKED: SetupRequest = {
  ...{ uid: 1000, job: "7", gid: undefined, user: undefined, image: launchOf().request.image },
  ...{ volumes: [], modules: undefined, hosts: undefined, sshKey: undefined },
};
const DIR = "/run/berth-node/1000.7";

function factsFor(launch: BatchLaunch, more: Partial<SetupFacts> = {}): SetupFacts {
  const { siteFs } = launch.config;
  const caches = planCaches([...siteFs, ...launch.request.volumes], {
    ...{ config: launch.config, person: launch.person, host: "n1", mkfs: "/sbin/mkfs.xfs", inUse: 0 },
  });
  const nothing = { etc: [], hostsFile: undefined, clientMounts: [], list: () => [] };
  return { asked: ASKED, dir: DIR, launcher: "/libexec/berth-launch", ...nothing, caches, ...more };
}

/** The records of the two launch plans of an order, as lines of words. */
function plansOf(launch: BatchLaunch, more: Partial<SetupFacts> = {}): string[][] {
  const { steps } = planSetup(launch, factsFor(launch, more));
  return steps.flatMap((step) => (step.op === "launch" ? [lines(step.plan)] : []));
}

// Operations have fixed numbers of arguments; for these tests it is enough to begin a line at each known one.
function lines(plan: Buffer): string[] {
  const known =
    /^(userns|root|layer|bind|file|link|point|proc|sysfs|readonly|publish|expect-mount|root-hook|umask|caps|end)$/;
  const out: string[] = [];
  // A `point` ends with a word that is an operation too.
  for (const word of plan.toString().split("\n").slice(1).join("\n").split("\0"))
    if (known.test(word) && !/^point \S+$/.test(out.at(-1) ?? "")) out.push(word);
    else out.push(`${out.pop() ?? ""} ${word}`.trim());
  return out.map((line) => line.trim());
}

describe("the plan of a set-up", () => {
  test("mounts the image alone, then the root over it, and publishes both in the holder", () => {
    const [image = [], root = []] = plansOf(launchOf());
    const file = launchOf().image.root.path;
    expect(image).toEqual([
      "userns none",
      `root kernel ${file} 0`,
      "layer none 0",
      "umask 0022",
      "caps none",
      `publish ${DIR}/image`,
      "end",
    ]);
    expect(root.slice(0, 4)).toEqual([
      "userns none",
      `root dir ${DIR}/image 0`,
      `expect-mount ${DIR}/image`,
      "layer tmpfs 0",
    ]);
    expect(root.slice(-3)).toEqual(["caps none", `publish ${DIR}/root`, "end"]);
  });

  test("makes the root of a directory directly, and keeps it writable where the site wants that", () => {
    const plans = plansOf(
      launchOf({ image: { root: { kind: "dir", path: "/tree" } }, config: { writableRoot: true } }),
    );
    expect(plans).toHaveLength(1);
    expect(plans[0]).toEqual(expect.arrayContaining(["root dir /tree 0"]));
    expect(plans[0]).not.toContain("readonly");
  });

  test("never has root open a source that the user has named: his volumes are places, and no more", () => {
    const volumes = parseUserVolumes("/home/ann/secret:/data;/home/ann/one:/file;/global/x:/deep/er/");
    const launch = launchOf({ request: { volumes } });
    const text = plansOf(launch, { files: new Set(["/home/ann/one"]) }).flat();
    expect(text.filter((line) => line.includes("/home/ann"))).toEqual([
      expect.stringMatching(/^file \/var\/shifterConfig.json /),
    ]);
    expect(text.filter((line) => line.startsWith("point"))).toEqual([
      ...["point /dev dir", "point /tmp dir", "point /var/tmp dir"],
      ...["point /data dir", "point /file file", "point /deep/er dir"],
    ]);
  });

  test("does what the site does in its order, with root's hooks among the mounts", () => {
    const config = {
      preMountHook: "/site/pre",
      postMountHook: "/site/post",
      siteFs: parseSiteVolumes("/global:/global"),
    };
    const launch = launchOf({ config, modules: [moduleOf("mpi", { roothook: "/site/mpi" })] });
    const order = plansOf(launch, { hostsFile: "n1\n" })[1]?.filter((line) =>
      /^(root-hook|bind \/global)|hostsfile/.test(line),
    );
    expect(order?.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      ...["root-hook /site/pre", "bind /global", "root-hook /site/post", "file /var/hostsfile", "root-hook /site/mpi"],
    ]);
  });

  test("makes caches before the plans that mount them; a user's is mounted by each launch", () => {
    const cache = { path: "/local", fsTypes: ["xfs"] };
    const siteFs = parseSiteVolumes("/x:/site:perNodeCache=size=400M");
    const volumes = parseUserVolumes("/y:/mine:perNodeCache=size=400M");
    const launch = launchOf({ config: { cache, siteFs }, request: { volumes } });
    const { steps } = planSetup(launch, factsFor(launch));
    expect(steps.map(({ op }) => op)).toEqual([
      "namespace",
      "cache",
      "cache",
      "launch",
      "launch",
      "file",
      "file",
      "file",
    ]);
    expect(plansOf(launch)[1]).toContain(`bind ${DIR}/cache0 /site`);
    expect(plansOf(launch)[1]).toContain("point /mine dir");
    const prepared = steps.find((step) => step.op === "file" && step.name === "prepared");
    expect(prepared?.op === "file" && prepared.content.toString().replaceAll("\0", " ")).toContain(
      `bind ${DIR}/cache1 /mine`,
    );
  });

  test("writes the prepared plan last, when everything it leads to is there", () => {
    const { steps, same } = planSetup(launchOf(), factsFor(launchOf()));
    expect(steps.flatMap((step) => (step.op === "file" ? [step.name] : []))).toEqual([
      "shifterConfig.json",
      "setup.json",
      "prepared",
    ]);
    expect(same).toBe("setup.json");
  });

  test("tells set-ups apart by all that was asked for", () => {
    const text = setupText(launchOf(), ASKED);
    expect(setupText(launchOf(), { ...ASKED })).toBe(text);
    const others = [
      setupText(launchOf({ image: { id: "b" } }), ASKED),
      setupText(launchOf({ request: { volumes: parseUserVolumes("/a:/b") } }), ASKED),
      setupText(launchOf({ modules: [moduleOf("mpi")] }), ASKED),
      setupText(launchOf(), { ...ASKED, hosts: "n1/1" }),
    ];
    expect(new Set([text, ...others]).size).toBe(5);
  });
});

test("an order counts bytes, not letters", () => {
  const bytes = encodeOrder({
    ...{ dir: "/d", uid: 5, launcher: "/l", same: "s" },
    steps: [
      { op: "file", name: "s", content: "é\0" },
      { op: "launch", plan: Buffer.from("plan") },
    ],
  });
  expect(bytes.toString()).toBe("BERTHNODE1\nholder\0/d\x005\0/l\0s\0file\0s\x003\0é\0launch\x004\0planend\0");
});
