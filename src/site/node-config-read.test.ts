// spec/shifter.md 10.1 and 6.2: what a node makes of `udiRoot.conf`. The row is the first word of a test's name; where berth
// answers otherwise than Shifter, the reason stands beside it.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import type { NodeConfig, NodeSettings } from "./node-config.ts";
import { readNodeConfig } from "./node-config-read.ts";
import { readUdiRootNode } from "./udi-root/read-node.ts";
import { parseKeyLines } from "./udi-root.ts";
import { volumeSignature } from "./volume.ts";

const NEEDED = "imagePath=/images\netcPath=/etc/shifter\n";
const FULL = [
  ...["udiMount=/var/udiMount", "loopMount=/var/loopUdiMount", "imagePath=/images", "udiRootPath=/opt/shifter"],
  ...["etcPath=/etc/shifter", "modprobePath=/no/modprobe", "insmodPath=/no/insmod", "cpPath=/no/cp", "mvPath=/no/mv"],
  ...["chmodPath=/no/chmod", "ddPath=/no/dd", "rootfsType=tmpfs"],
].join("\n");

const folder = mkdtempSync(join(tmpdir(), "node-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

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

function file(name: string, text: string, mode = 0o644): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe("the lines of Shifter's files", () => {
  const wrong = () => new Error("a line without a key");
  const pairs = (text: string) => parseKeyLines(text, ":", wrong).map(({ key, value }) => [key, value]);

  test("1: a value has no space around it", () => {
    expect(pairs("first: abcdefg   ")).toEqual([["first", "abcdefg"]]);
  });

  test("3: a line that ends with a backslash goes on", () => {
    expect(pairs("x: abcdefg   \\\n   qed \\\n   feg")).toEqual([["x", "abcdefg qed feg"]]);
  });

  test("5: a line without a key is an error", () => {
    expect(() => pairs(": x")).toThrow("a line without a key");
    expect(() => read("=x\n")).toThrow("udiRoot.conf line 3 has no key before =");
  });

  test.each([
    [" \t 12345 Early", "12345 Early"],
    ["late\n", "late"],
    ["abcdef    fedcba\t\t ", "abcdef    fedcba"],
  ])("6: %j is trimmed to %j", (text, trimmed) => {
    expect(pairs(`x:${text}`)).toEqual([["x", trimmed]]);
  });

  test("12: a remark inside a continued line is skipped, and the line goes on", () => {
    expect(pairs("x: a \\\n# remark\n b")).toEqual([["x", "a b"]]);
  });
});

describe("udiRoot.conf", () => {
  test("2: an unknown key is refused with file, line and the nearest known key", () => {
    expect(refusal("siteFS=/home\nsiteenvappend=A=1\n")).toContain(
      "udiRoot.conf:3: siteFS is not known; did you mean siteFs?\nudiRoot.conf:4: siteenvappend is not known; did you mean siteEnvAppend?",
    );
  });

  test("2: leniently, it is a warning", () => {
    const { warnings } = read("siteFS=/home\n", true);
    expect(warnings).toEqual(["udiRoot.conf:3: IGNORING siteFS: it is not known; did you mean siteFs?"]);
  });

  test("4: a missing file ends with 1", async () => {
    const gone = join(folder, "gone.conf");
    await expect(readNodeConfig({ env: {}, path: gone })).rejects.toMatchObject({ code: "E_CONFIG_READ", exit: 1 });
    await expect(
      readNodeConfig({ env: { BERTH_UDIROOT: gone, BERTH_SITE_CONFIG: file("no-node.yaml", "") } }),
    ).rejects.toMatchObject({
      exit: 1,
    });
  });

  test("7: variables over two lines are two variables", () => {
    expect(config("siteEnv=A=1 \\\n  B=2\n").environment.set).toEqual([
      ["A", "1"],
      ["B", "2"],
    ]);
  });

  test("8: two modules with every subkey", () => {
    const { modules } = config(
      [
        "module_mpich_enabled=1",
        "module_mpich_userhook=/opt/udiImage/modules/mpich/init.sh",
        "module_mpich_roothook=/etc/shifter/root.sh",
        "module_mpich_siteEnvPrepend=PATH=/a LD_LIBRARY_PATH=/b",
        "module_mpich_siteEnvAppend=PATH=/c",
        "module_mpich_siteEnv=MPICH=1",
        "module_mpich_siteEnvUnset=OMPI",
        "module_mpich_siteFs=/cray:/cray:ro",
        "module_mpich_copyPath=/usr/lib/mpich",
        "module_mpich_conflict=openmpi",
        "module_openmpi_siteEnv=OMPI=1",
      ].join("\n"),
    );
    expect(modules.get("mpich")).toMatchObject({
      ...{ name: "mpich", enabled: true, userhook: "/opt/udiImage/modules/mpich/init.sh", copyPath: "/usr/lib/mpich" },
      ...{ roothook: "/etc/shifter/root.sh", conflicts: ["openmpi"], devices: [] },
      environment: {
        set: [["MPICH", "1"]],
        append: [["PATH", "/c"]],
        prepend: [
          ["PATH", "/a"],
          ["LD_LIBRARY_PATH", "/b"],
        ],
        unset: ["OMPI"],
      },
    });
    expect(volumeSignature(modules.get("mpich")?.volumes ?? [])).toBe("/cray:/cray:ro");
    expect(modules.get("openmpi")?.conflicts).toEqual(["mpich"]);
  });

  test("9: defaultModules names the modules of those who name none", () => {
    expect(config("defaultModules = mpich\nmodule_mpich_enabled=1\n").defaultModules).toEqual(["mpich"]);
    expect(refusal("defaultModules=mpih\nmodule_mpich_enabled=1\n")).toContain(
      "udiRoot.conf:3: defaultModules[0] names the module mpih, which is not there; known: mpich",
    );
  });

  test.each(["optionalSshdAsRoot", "autoLoadKernelModule", "kmodBasePath", "kmodCacheFile"])(
    "10: the deprecated key %s is accepted with a word",
    (key) => {
      expect(read(`${key}=1\n`).warnings).toEqual([expect.stringContaining(`udiRoot.conf:3: IGNORING ${key}: `)]);
    },
  );

  test("10: nodeContextPrefix is accepted in silence", () => {
    expect(read("nodeContextPrefix=x\n").warnings).toEqual([]);
  });

  test("11: a file that others than root may change is refused", async () => {
    const path = file("writable.conf", NEEDED, 0o664);
    await expect(readNodeConfig({ env: {}, path })).rejects.toMatchObject({ code: "E_CONFIG_OWNER", exit: 1 });
    expect((await readNodeConfig({ env: {}, path, trusted: true })).config.imagePath).toBe("/images");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "11: root's work does not believe a file that the environment names (needs root)",
    async () => {
      const path = file("named.conf", NEEDED, 0o666);
      await expect(readNodeConfig({ env: { BERTH_UDIROOT: path } })).rejects.toMatchObject({ code: "E_CONFIG_OWNER" });
    },
  );

  test("13: siteFs is appended, of scalars the last counts", () => {
    const { siteFs, imagePath } = config("siteFs=/home;/a:/b\nsiteFs=/scratch\nimagePath=/other/\n");
    expect(siteFs.map(({ to }) => to)).toEqual(["/home", "/b", "/scratch"]);
    expect(imagePath).toBe("/other");
  });

  // Shifter's own documentation names the key (GPUs), and Shifter refuses the file.
  test("14: siteResources is accepted, and it is said where GPUs come from", () => {
    const { settings, warnings } = read("siteResources=/x\n");
    expect(settings.find(({ key }) => key === "siteResources")).toMatchObject({ line: 3, unused: true });
    expect(settings.find(({ key }) => key === "siteResources")?.note).toContain("CDI");
    expect(warnings).toEqual([]);
  });

  test.each([
    ["imagePath", "etcPath=/etc/shifter\n"],
    ["etcPath", "imagePath=/images\n"],
  ])("15: without %s the file is refused", (key, text) => {
    expect(() => readUdiRootNode("f", text, false)).toThrow(`${key} is not defined`);
  });

  // berth has no use for ten of the keys that Shifter demands, and none for etcPath when accounts are made.
  test("15: keys that berth has no use for are not demanded, nor what they name", () => {
    expect(readUdiRootNode("f", "imagePath=/images\npopulateEtcDynamically=1\n", false).config.accounts).toEqual({
      kind: "dynamic",
      accounts: [],
    });
    const { settings, warnings } = readUdiRootNode("f", FULL, false);
    expect(settings.filter(({ unused }) => unused).map(({ key }) => key)).toHaveLength(10);
    expect(warnings).toEqual([]);
  });

  test("16: another style of mount propagation than private and slave is refused", () => {
    expect(config("mountPropagationStyle=slave\n").propagation).toBe("slave");
    expect(refusal("mountPropagationStyle=bogus\n")).toContain(
      "udiRoot.conf:3: mountPropagationStyle is none of private, slave: bogus",
    );
  });
});

describe("which file", () => {
  const udiRoot = file("udi.conf", `${NEEDED}system=udi\n`);
  const trusted = true;

  test("is site.yaml when it has a section node", async () => {
    const site = file("node.yaml", "node:\n  imageDir: /i\n  system: site\n");
    const env = { BERTH_SITE_CONFIG: site, BERTH_UDIROOT: udiRoot };
    expect((await readNodeConfig({ env, trusted })).config).toMatchObject({ system: "site", path: site });
  });

  test("is udiRoot.conf when site.yaml is for others", async () => {
    const site = file("client.yaml", "# node: none\nclient:\n  gateways: [http://a]\n");
    const env = { BERTH_SITE_CONFIG: site, BERTH_UDIROOT: udiRoot };
    expect((await readNodeConfig({ env, trusted })).config.system).toBe("udi");
  });

  test("is udiRoot.conf when site.yaml is the gateway's alone, whoever owns that", async () => {
    const site = file("gateway.yaml", "client:\n  gateways: [http://a]\n", 0o666);
    const named = { BERTH_SITE_CONFIG: site, BERTH_UDIROOT: udiRoot };
    const root = process.getuid?.() === 0;
    expect((await readNodeConfig({ env: named, trusted: root ? false : undefined })).config.system).toBe("udi");
  });

  test("is said when there is none", async () => {
    const site = file("none.yaml", "client:\n  gateways: [http://a]\n");
    await expect(readNodeConfig({ env: {}, path: site, trusted })).rejects.toMatchObject({ code: "E_NODE_NO_CONFIG" });
  });

  test("may be read leniently by the environment", async () => {
    const path = file("unknown.conf", `${NEEDED}nonsense=1\n`);
    await expect(readNodeConfig({ env: {}, path, trusted })).rejects.toMatchObject({ code: "E_NODE_CONFIG" });
    const { warnings } = await readNodeConfig({ env: { BERTH_LENIENT_CONFIG: "1" }, path, trusted });
    expect(warnings[0]).toContain("nonsense");
  });
});
