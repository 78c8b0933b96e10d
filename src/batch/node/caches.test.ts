import { describe, expect, test } from "vitest";
import { parseUserVolumes } from "../../site/volume.ts";
import { type CacheFacts, cacheFileName, planCaches } from "./caches.ts";

const MIB = 1024 ** 2;
const FACTS: CacheFacts = {
  config: { cache: { path: "/local", limit: 1000 * MIB, fsTypes: ["xfs"] } },
  person: { uid: 1001, gid: 100 },
  host: "nid00001",
  mkfs: "/sbin/mkfs.xfs",
  inUse: 0,
};
const volumes = (...sizes: string[]) =>
  sizes.flatMap((size, at) => parseUserVolumes(`/x:/c${at}:perNodeCache=size=${size}`));

describe("caches of a node", () => {
  test("are made one for each volume that asks for one, under the name that Shifter gave them (row 95)", () => {
    const planned = planCaches([...volumes("400M"), ...parseUserVolumes("/a:/b"), ...volumes("600M")], FACTS);
    expect(planned.map(({ step }) => step)).toEqual([
      {
        op: "cache",
        name: "cache0",
        file: "/local/perNodeCache_uid1001_gid100_nid00001.xfs",
        size: 400 * MIB,
        mkfs: "/sbin/mkfs.xfs",
        gid: 100,
      },
      {
        op: "cache",
        name: "cache1",
        file: "/local/perNodeCache_uid1001_gid100_nid00001.xfs",
        size: 600 * MIB,
        mkfs: "/sbin/mkfs.xfs",
        gid: 100,
      },
    ]);
  });

  test("keep to the site's limit together, and with those of the user's other jobs", () => {
    expect(() => planCaches(volumes("600M", "401M"), FACTS)).toThrow(/limit/);
    expect(() => planCaches(volumes("600M"), { ...FACTS, inUse: 401 * MIB })).toThrow(/of other jobs/);
    expect(planCaches(volumes("600M"), { ...FACTS, inUse: 400 * MIB })).toHaveLength(1);
  });

  test("need a site that offers them, and a program that makes them", () => {
    expect(() => planCaches(volumes("400M"), { ...FACTS, config: {} })).toThrow(/offers none/);
    expect(() => planCaches(volumes("400M"), { ...FACTS, mkfs: undefined })).toThrow(/no mkfs.xfs/);
    expect(planCaches(parseUserVolumes("/a:/b"), { ...FACTS, config: {}, mkfs: undefined })).toEqual([]);
  });

  test("have no name that leads elsewhere, whatever the machine is called", () => {
    expect(cacheFileName({ uid: 1, gid: 2 }, "../../etc/x y", "xfs")).toBe("perNodeCache_uid1_gid2_....etcxy.xfs");
  });
});
