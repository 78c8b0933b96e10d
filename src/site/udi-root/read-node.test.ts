// spec/shifter.md 6.2: the values of `udiRoot.conf`. The rows of 10.1 are in ../node-config-read.test.ts.

import { describe, expect, test } from "vitest";
import { BerthError } from "../../base/errors.ts";
import type { NodeConfig, NodeSettings } from "../node-config.ts";
import { knownKeys } from "./keys.ts";
import { readUdiRootNode } from "./read-node.ts";

const NEEDED = "imagePath=/images\netcPath=/etc/shifter\n";

const read = (text: string, lenient = false): NodeSettings => readUdiRootNode("udiRoot.conf", NEEDED + text, lenient);
const config = (text: string): NodeConfig => read(text).config;
const refusal = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof BerthError && error.exit === 1) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("the values of udiRoot.conf", () => {
  test("have Shifter's defaults", () => {
    expect(config("")).toEqual({
      ...{ path: "udiRoot.conf", system: undefined, gateways: [], gatewayTimeoutMs: 0, defaultImageType: "docker" },
      ...{ imagePath: "/images", nodeDir: "/run/berth-node", accounts: { kind: "files", path: "/etc/shifter" } },
      ...{
        systemAccounts: false,
        maxGroupCount: 0,
        siteFs: [],
        userSources: [],
        modules: new Map(),
        defaultModules: [],
      },
      environment: { set: [], append: [], prepend: [], unset: [] },
      ...{ allowLocalChroot: false, writableRoot: false, propagation: "private" },
    });
  });

  test("are read", () => {
    const text = [
      "system=cori\nimageGateway=http://a:5000/ http://b:5000\nimageGateway=http://c\ngatewayTimeout=30",
      "defaultImageType=custom\nallowLibcPwdCalls=1\nmaxGroupCount=31\nsitePreMountHook=/h/pre\nsitePostMountHook=/h/post",
      "optUdiImage=/usr/lib/shifter/opt/udiImage\nallowLocalChroot=1\nmountUdiRootWritable=1\npopulateEtcDynamically=1",
      "usersToImport=root nobody\nusersToImport=munge\nperNodeCachePath=/tmp\nperNodeCacheSizeLimit=500G",
      "perNodeCacheAllowedFsType=xfs\nmkfsXfsPath=/bin/sh\nsiteEnvUnset=A B\n",
    ].join("\n");
    expect(config(text)).toMatchObject({
      ...{ system: "cori", gateways: ["http://a:5000", "http://b:5000", "http://c"], gatewayTimeoutMs: 30_000 },
      ...{ defaultImageType: "custom", systemAccounts: true, maxGroupCount: 31 },
      ...{ preMountHook: "/h/pre", postMountHook: "/h/post", optUdiImage: "/usr/lib/shifter/opt/udiImage" },
      ...{ allowLocalChroot: true, writableRoot: true },
      accounts: { kind: "dynamic", accounts: ["root", "nobody", "munge"] },
      cache: { path: "/tmp", limit: 500 * 1024 ** 3, fsTypes: ["xfs"], mkfs: "/bin/sh" },
      environment: { unset: ["A", "B"] },
    });
  });

  test("of lists of a module, the last of repeated keys counts, but of siteFs all", () => {
    const repeated = "module_m_siteEnv=A=1\nmodule_m_siteEnv=B=2\nmodule_m_siteFs=/a\nmodule_m_siteFs=/b\n";
    const module = config(repeated).modules.get("m");
    expect(module?.environment.set).toEqual([["B", "2"]]);
    expect(module?.volumes.map(({ to }) => to)).toEqual(["/a", "/b"]);
  });

  test("know their origin", () => {
    const { settings } = read("system=a\n\nsystem=b\nsiteFs=/x\n");
    const origin = (name: string) => settings.find(({ key }) => key === name);
    expect(origin("system")).toMatchObject({ value: "b", line: 5 });
    expect(origin("siteFs")).toMatchObject({ value: "/x:/x", line: 6 });
    expect(origin("maxGroupCount")).toMatchObject({ value: "0", line: undefined });
  });

  test.each([
    // Shifter reads it as 0 without a word.
    ["allowLocalChroot=yes\n", "udiRoot.conf:3: allowLocalChroot is neither 0 nor 1: yes"],
    ["populateEtcDynamically=true\n", "udiRoot.conf:3: populateEtcDynamically is neither 0 nor 1: true"],
    ["maxGroupCount=many\n", "udiRoot.conf:3: maxGroupCount is no whole number: many"],
    ["defaultImageType=invalid\n", "defaultImageType is none of docker, custom, id, local: invalid"],
    ["imageGateway=http://a\nimageGateway=gw:5000\n", "udiRoot.conf:4: imageGateway[1] is no address: gw:5000"],
    ["siteFs=/a;/b\nsiteFs=/x:/etc\n", "udiRoot.conf:4: siteFs[2] is of no use: Invalid Volume Map: /x:/etc, error 1"],
    ["siteEnv=A=1 B\n", "udiRoot.conf:3: siteEnv[1] is no variable: B"],
    [
      "perNodeCachePath=/tmp\nperNodeCacheSizeLimit=lots\n",
      "udiRoot.conf:4: perNodeCacheSizeLimit is no number of bytes",
    ],
    ["perNodeCachePath=/tmp\nmkfsXfsPath=/no/mkfs\n", "udiRoot.conf:4: mkfsXfsPath cannot be executed: /no/mkfs"],
    ["optUdiImage=opt\n", "udiRoot.conf:3: optUdiImage is no absolute path without .. and control characters: opt"],
    // Relative, the script would be one of the image, run by root.
    ["sitePreMountHook=hook.sh\n", "udiRoot.conf:3: sitePreMountHook is no absolute path"],
    ["module_a_roothook=hook.sh\n", "udiRoot.conf:3: module_a_roothook is no absolute path"],
    ["module_a_conflict=b\n", "udiRoot.conf:3: module_a_conflict[0] names the module b, which is not there"],
    ["module_.._enabled=1\n", "udiRoot.conf:3: module_.._enabled .. is no name of a module"],
    ["module_none_enabled=1\n", "none is no name of a module"],
    ["constructor=1\n", "udiRoot.conf:3: constructor is not known"],
  ])("are refused: %j", (text, words) => {
    expect(refusal(text)).toContain(words);
  });

  test("are refused all at once, however many are wrong", () => {
    const words = refusal(Array.from({ length: 30 }, (_, index) => `wrong${index}=1\n`).join(""));
    expect(words.match(/is not known/g)).toHaveLength(20);
    expect(words).toContain("and 10 more");
  });

  test.each([
    ["module_a=1\n", "udiRoot.conf:3: IGNORING module_a: it is not module_NAME_KEY"],
    [
      "maxGroupCount=31 # of 512\n",
      "udiRoot.conf:3: maxGroupCount has more behind its number, which is passed over: # of 512",
    ],
    ["siteEnv=A=\n", "siteEnv[0] sets A to nothing; it is left out"],
    ["module_m_copypath=/x\ndefaultModules=m\n", "modules have no copypath; did you mean module_m_copyPath?"],
    ["module_m_enabled=0\ndefaultModules=m\n", "defaultModules[0] names m, which is switched off"],
    [
      "module_a_conflict=b\nmodule_b_enabled=1\ndefaultModules=a,b\n",
      "defaultModules has modules that conflict with a",
    ],
    ["perNodeCachePath=/tmp\nperNodeCacheAllowedFsType=xfs ext4\n", "allows ext4, which is not made"],
  ])("are odd: %j", (text, words) => {
    expect(read(text).warnings.join("\n")).toContain(words);
  });

  test("empty ones are as if they were not there", () => {
    const empty = knownKeys().filter((key) => key !== "imagePath" && key !== "etcPath");
    const { path: _, ...said } = config(empty.map((key) => `${key}=\n`).join(""));
    expect(config("")).toMatchObject(said);
  });
});
