// spec/shifter.md 10.1 row 9 and 10.4 row 73.

import { expect, test } from "vitest";
import { moduleNamed, parseModuleList, selectModules } from "./modules.ts";
import { readUdiRootNode } from "./udi-root/read-node.ts";

const { config } = readUdiRootNode(
  "udiRoot.conf",
  [
    ...["imagePath=/images", "etcPath=/etc/shifter", "defaultModules=mpich", "module_mpich_enabled=1"],
    ...["module_openmpi_conflict=mpich", "module_cvmfs_siteFs=/cvmfs", "module_old_enabled=0"],
  ].join("\n"),
  false,
);

const names = (...asked: readonly string[]) => selectModules(config, asked).map(({ name }) => name);

test("9: who names no modules gets the default ones", () => {
  expect(selectModules(config, undefined).map(({ name }) => name)).toEqual(["mpich"]);
});

test("names replace the default, in the order in which they were given, each once", () => {
  expect(names("cvmfs", "mpich", "cvmfs")).toEqual(["cvmfs", "mpich"]);
  expect(names("cvmfs")).toEqual(["cvmfs"]);
  expect(names()).toEqual([]);
});

test.each(["none", "None", "NONE", "", ","])("73: %j is no module at all", (text) => {
  expect(parseModuleList(text)).toEqual([]);
  expect(selectModules(config, parseModuleList(text))).toEqual([]);
});

test("a list is split at commas", () => {
  expect(parseModuleList(" mpich, cvmfs,,")).toEqual(["mpich", "cvmfs"]);
});

test.each([
  ["unknown", ["mpihc"], "Unknown shifter module: mpihc", "did you mean mpich?"],
  ["unknown", ["constructor"], "Unknown shifter module: constructor", "known: mpich, openmpi, cvmfs"],
  ["contradictory", ["none", "mpich"], "Unknown shifter module: none", undefined],
  ["disabled", ["old"], "Unknown shifter module: old; the site has switched it off", undefined],
  ["conflicting", ["mpich", "openmpi"], "the modules mpich and openmpi conflict with each other", undefined],
  ["conflicting the other way", ["openmpi", "cvmfs", "mpich"], "openmpi and mpich conflict", undefined],
])("73: %s modules end with 1: %j", (_kind, asked, message, hint) => {
  expect(() => selectModules(config, asked)).toThrow(
    expect.objectContaining({
      exit: 1,
      message: expect.stringContaining(message),
      ...(hint === undefined ? {} : { hint }),
    }),
  );
});

test("a site without modules says so", () => {
  expect(() => moduleNamed(new Map(), "mpich")).toThrow(expect.objectContaining({ hint: "this site has none" }));
});
