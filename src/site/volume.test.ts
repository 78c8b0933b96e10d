// spec/shifter.md 10.3, the cases that need no mount: rows 35-52, 57 and 59. The row is the first word of a test's name; where
// berth answers otherwise than Shifter, the reason stands beside it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import { parseSiteVolumes, parseUserVolumes, volumeSignature } from "./volume.ts";
import { parseBytes } from "./volume-cache.ts";
import type { Volume } from "./volume-types.ts";

const user = (text: string) => volumeSignature(parseUserVolumes(text));
const site = (text: string) => volumeSignature(parseSiteVolumes(text));

describe("volumes of users", () => {
  test.each([
    ["35", "/path1/is/here:/target1", "/path1/is/here:/target1"],
    ["37", "/scratch1/test:/input:ro", "/scratch1/test:/input:ro"],
    ["43", "/x:/var/tmp", "/x:/var/tmp"],
    ["43", "/x:/mnt", "/x:/mnt"],
    ["43", "/x:/opt/myStuff", "/x:/opt/myStuff"],
    ["43", "/x:/input", "/x:/input"],
    ["46", "/x:/y:perNodeCache=size=4T,bs=4M", `/x:/y:${cache(4 * 1024 ** 4, 4 * 1024 ** 2)}`],
    ["57", "/b:/y;/a:/x", "/a:/x;/b:/y"],
    // Shifter drops characters from paths without a word and mounts another directory; a path is a path.
    ["59", "/data/x y,z@~:/in put", "/data/x y,z@~:/in put"],
    ["59", "/däta/é:/x", "/däta/é:/x"],
    // Shifter compares beginnings of texts; berth compares parts of paths.
    ["own", "/x:/etcetera", "/x:/etcetera"],
    ["own", "/x:/various", "/x:/various"],
    ["own", "/x:/opt/udiImages", "/x:/opt/udiImages"],
    ["own", "/x:/devel", "/x:/devel"],
    ["own", "/data/v1..2:/data", "/data/v1..2:/data"],
    // Below what Shifter allows as a whole, and where it cannot make the directory.
    ["own", "/x:/var/tmp/mine", "/x:/var/tmp/mine"],
    ["56", "/x:/bin/tool", "/x:/bin/tool"],
    ["own", "/x:/usr/local", "/x:/usr/local"],
    ["own", "/x:/a/b/c/", "/x:/a/b/c"],
    ["own", "/x/file.txt:/etcetera/file.txt", "/x/file.txt:/etcetera/file.txt"],
    ["own", "/x//y/./z/:/a/", "/x/y/z:/a"],
    ["own", ' "/a:/b; /c:/d" ;; ', "/a:/b;/c:/d"],
    ["own", '"/a:/b";"/c:/d"', "/a:/b;/c:/d"],
    ["own", "/a : /b : ro", "/a:/b:ro"],
    ["own", "/a:/b::ro:", "/a:/b:ro"],
    ["own", "/a:/b:RO:PERNODECACHE=Size=1K,FS=XFS", `/a:/b:ro:${cache(1024)}`],
    ["own", "", ""],
  ])("%s: %s is %s", (_row, text, expected) => {
    expect(user(text)).toBe(expected);
  });

  test.each([
    ["36", "/evilPath:/etc", 1],
    ["38", "/scratch1/test:/input:rec", 2],
    ["38", "/scratch1/test:/input:slave", 2],
    ["39", "/no/to/specified", 1],
    ["42", "/x:/etc/passwd", 1],
    ["42", "/x:/var/log", 1],
    ["42", "/x:/opt", 1],
    ["42", "/x:opt", 1],
    ["42", "/x:etc", 1],
    ["42", "/x:/opt/udiImage", 1],
    ["42", "/x:/opt/udiImage/bin", 1],
    ["50", "/x:/y:ro:ro", 3],
    ["51", "/home/../etc:/data", 1],
    ["51", "/home:/data/../etc", 1],
    // Shifter mounts all of these.
    ["own", "/x:/proc", 1],
    ["own", "/x:/proc/self", 1],
    ["own", "/x:/dev", 1],
    ["own", "/x:/dev/shm", 1],
    ["own", "/x:/sys/fs/cgroup", 1],
    ["own", "/x:/usr", 1],
    ["own", "/x:/usr/bin", 1],
    ["own", "/x:/bin", 1],
    ["own", "/x:/sbin/", 1],
    ["own", "/x:/lib", 1],
    ["own", "/x:/lib64", 1],
    ["own", "/x:/", 1],
    ["own", "/x:/./etc//passwd", 1],
    ["own", "x:/y", 1],
    ["own", ":/y", 1],
    ["own", "/x:", 1],
    ["own", "/x:/y\u0007", 1],
    ["own", "/x:/y\n/z", 1],
    ["own", `/x:/${"y".repeat(5000)}`, 1],
    ["own", "/x:/y /", 1],
    // Bytes that are no UTF-8, as they arrive here.
    ["own", "/x\ufffd:/y", 1],
  ])("%s: %s is refused with code %i", (_row, text, code) => {
    const error = failure(() => parseUserVolumes(text));
    expect(error.message).toMatch(new RegExp(`^Invalid Volume Map: [^]*, error ${code}: `));
    expect(error.exit).toBe(1);
  });

  test.each([
    ["44", "/x:/y:rec=key1=value1", "the flag rec takes no arguments"],
    ["44", "/x:/y:ro=1", "the flag ro takes no arguments"],
    ["45", "/x:/y:perNodeCache", "needs a size"],
    ["45", "/x:/y:perNodeCache=bs=1M", "needs a size"],
    ["52", "/x:/y:bogus", "Unknown flag bogus"],
    ["52", "/x:/y:constructor", "Unknown flag constructor"],
    ["own", "/x:/y:perNodeCache=size=1G,fs=ext4", "cannot be made with the file system ext4"],
    ["own", "/x:/y:perNodeCache=size=1G,method=zfs", "cannot be made by zfs"],
    ["own", "/x:/y:perNodeCache=size=-1", "no number of bytes"],
    ["own", "/x:/y:perNodeCache=size=0", "no number of bytes"],
    ["own", "/x:/y:perNodeCache=size=9999999E", "no number of bytes"],
    ["own", "/x:/y:perNodeCache=size=1G,size=2G", "has size twice"],
    ["own", "/x:/y:perNodeCache=size=1G,color=red", "knows no color"],
  ])("%s: %s is refused: %s", (_row, text, why) => {
    expect(failure(() => parseUserVolumes(text)).message).toContain(why);
  });

  test("own: a comma between flags, as Shifter's usage text has it, is explained", () => {
    expect(failure(() => parseUserVolumes("/x:/y:ro,rec")).hint).toBe("flags are separated by colons, not by commas");
    expect(failure(() => parseUserVolumes("/x:/y:pernodecach=size=1G")).hint).toBe("did you mean perNodeCache?");
  });
});

describe("volumes of sites", () => {
  test.each([
    ["40", "/global/x", "/global/x:/global/x"],
    ["41", "/a:/b:ro", "/a:/b:ro"],
    ["41", "/a:/b:rec", "/a:/b:rec"],
    ["41", "/a:/b:slave:rec", "/a:/b:rec:slave"],
    ["own", "/a:/b:slave:perNodeCache=size=5", `/a:/b:${cache(5)}:slave`],
    ["48", "/a:/b;/c:/d:rec;/e:/f:rec;/none:/tmp:perNodeCache=size=100M:ro;/qq:/uu", row48()],
    ["49", "/d:/c;/a:/b;/q:/r;/a:/c:rec:perNodeCache=size=100M:ro", row49()],
    // One directory of a site may be shown in a place that users may not cover.
    ["own", "/dev/shm:/dev/shm", "/dev/shm:/dev/shm"],
    ["own", "/var/opt/cray:/var/opt/cray", "/var/opt/cray:/var/opt/cray"],
  ])("%s: %s is %s", (_row, text, expected) => {
    expect(site(text)).toBe(expected);
  });

  test("41: thirteen entries over several lines are thirteen volumes", () => {
    const entries = Array.from({ length: 13 }, (_, index) => `/global/fs${index}:/fs${index}:rec:slave`);
    expect(parseSiteVolumes(entries.join("; ")).map(({ to }) => to)).toEqual(entries.map((_, index) => `/fs${index}`));
  });

  test.each(["/opt", "/etc", "/var", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/"])(
    "42: %s is no target, even of a site",
    (target) => {
      expect(failure(() => parseSiteVolumes(`/x:${target}`)).message).toContain("error 1");
    },
  );

  test("own: slave and private together are refused with code 4", () => {
    expect(failure(() => parseSiteVolumes("/a:/b:slave:private")).message).toContain("error 4");
  });
});

test.each([
  ["5", 5],
  ["500K", 512_000],
  ["500KB", 512_000],
  ["1.5k", 1536],
  ["4T", 4 * 1024 ** 4],
  // Beyond what can be counted exactly here.
  ["1e", undefined],
  ["7b", 7],
  ["", undefined],
  ["K", undefined],
  ["5 x y", undefined],
  ["0x10", undefined],
])("47: %s is %s bytes", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test("a signature parses to the volumes that it was made of", () => {
  fc.assert(
    fc.property(fc.array(volumes(), { maxLength: 6 }), (list) => {
      const signature = volumeSignature(list);
      expect(volumeSignature(parseSiteVolumes(signature))).toBe(signature);
      expect(parseSiteVolumes(signature)).toEqual(
        [...list].sort((a, b) => (volumeSignature([a]) < volumeSignature([b]) ? -1 : 1)),
      );
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("a signature does not depend on the order of the volumes", () => {
  fc.assert(
    fc.property(fc.array(volumes(), { maxLength: 6 }), (list) => {
      expect(volumeSignature([...list].reverse())).toBe(volumeSignature(list));
    }),
    { seed: 5, numRuns: 100 },
  );
});

test("whatever is written, volumes are parsed or refused with a reason, and no user's target is a kept one", () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[/a-z:;.,= "]{0,40}$/),
    fc
      .array(fc.constantFrom("/", "etc", "var", "tmp", "..", ".", ":", ";", "ro", "/proc", "/a", " ", '"'))
      .map((p) => p.join("")),
  );
  fc.assert(
    fc.property(text, (written) => {
      try {
        for (const { to } of parseUserVolumes(written)) {
          expect(to).toMatch(/^\/[^/]/);
          expect(to).not.toMatch(/^\/(etc|proc|dev|sys|opt\/udiImage|var(?!\/tmp))(\/|$)|\/\.{0,2}(\/|$)|[:;]/);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(BerthError);
      }
    }),
    { seed: 5, numRuns: 2000 },
  );
});

function volumes(): fc.Arbitrary<Volume> {
  const path = fc.array(fc.stringMatching(/^[A-Za-z0-9_+@~,-][A-Za-z0-9_ .,+@~-]{0,6}[a-z]$/), {
    minLength: 1,
    maxLength: 3,
  });
  const paths = path.map((parts) => `/v/${parts.join("/")}`);
  const size = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const caches = fc.record({
    size,
    blockSize: size,
    fs: fc.constant("xfs" as const),
    method: fc.constant("loop" as const),
  });
  return fc.record(
    {
      ...{ from: paths, to: paths, readonly: fc.boolean(), recursive: fc.boolean() },
      ...{ propagation: fc.constantFrom("slave" as const, "private" as const), cache: caches },
    },
    { requiredKeys: ["from", "to", "readonly", "recursive"] },
  );
}

function cache(size: number, bs = 1024 ** 2): string {
  return `perNodeCache=size=${size},bs=${bs},method=loop,fstype=xfs`;
}

function row48(): string {
  return ["/a:/b", "/c:/d:rec", "/e:/f:rec", `/none:/tmp:ro:${cache(100 * 1024 ** 2)}`, "/qq:/uu"].join(";");
}

function row49(): string {
  return "/a:/b;/a:/c:ro:rec:perNodeCache=size=104857600,bs=1048576,method=loop,fstype=xfs;/d:/c;/q:/r";
}

function failure(work: () => unknown): BerthError {
  try {
    work();
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
