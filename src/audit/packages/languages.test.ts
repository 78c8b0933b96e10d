import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogueOf, purlsOf } from "./testing.ts";

const SITE = "usr/local/lib/python3.12/site-packages";

const LIST = `import importlib.metadata, json
print(json.dumps([[str(d._path), d.metadata["Name"], d.version] for d in importlib.metadata.distributions()]))`;

/** What Python itself finds installed on this machine: folder or file, name, version. */
function installed(): readonly (readonly [path: string, name: string, version: string])[] {
  try {
    const listed = execFileSync("/usr/bin/python3", ["-I", "-c", LIST], { encoding: "utf8", maxBuffer: 1 << 26 });
    return JSON.parse(listed) as [string, string, string][];
  } catch {
    return [];
  }
}

function metadataIn(path: string): string {
  if (statSync(path).isFile()) return path;
  return join(path, path.endsWith(".egg-info") ? "PKG-INFO" : "METADATA");
}

describe("Python", () => {
  const own = installed();

  test.skipIf(own.length === 0)(
    "is read as Python reads what is installed here (needs python3 and packages for it)",
    () => {
      const paths = own.map(([path]) => metadataIn(path));
      const files = Object.fromEntries(paths.map((path) => [path.slice(1), readFileSync(path)]));
      const { packages, gaps } = catalogueOf(files);
      expect(gaps).toEqual([]);
      const name = (text: string) => text.toLowerCase().replace(/[-_.]+/g, "-");
      expect(packages.map((pkg) => `${pkg.evidence} ${pkg.name} ${pkg.version}`).sort()).toEqual(
        own.map(([path, called, version]) => `${metadataIn(path).slice(1)} ${name(called)} ${version}`).sort(),
      );
    },
  );

  test("names of a project are one name, eggs are read too, and the text of a licence is none", () => {
    const files = {
      [`${SITE}/Zope.Interface-6.0.dist-info/METADATA`]:
        "Metadata-Version: 2.1\nName: Zope.Interface\nVersion: 6.0\nLicense: ZPL 2.1\n\nName: other\n",
      [`${SITE}/ruamel_yaml-0.18.dist-info/METADATA`]:
        "Name: ruamel_yaml\nVersion: 0.18\nLicense-Expression: MIT\nLicense: whatever\n",
      [`${SITE}/old-1.0.egg-info`]: `Name: old\nVersion: 1.0\nLicense: ${"All rights. ".repeat(50)}\n`,
      [`${SITE}/dev.egg-info/PKG-INFO`]: "Name: dev\r\nVersion: 2\r\nLicense: UNKNOWN\r\n",
      [`${SITE}/setuptools/tests/data/fake.egg-info`]: "Name: fake\nVersion: 1\n",
      "srv/x.egg/EGG-INFO/PKG-INFO": "Name: x\nVersion: 3\n",
    };
    const { packages, gaps } = catalogueOf(files);
    expect(gaps).toEqual([]);
    expect(packages.map(({ purl, licence }) => [purl, licence])).toEqual([
      ["pkg:pypi/dev@2", undefined],
      ["pkg:pypi/old@1.0", undefined],
      ["pkg:pypi/ruamel-yaml@0.18", "MIT"],
      ["pkg:pypi/x@3", undefined],
      ["pkg:pypi/zope-interface@6.0", "ZPL 2.1"],
    ]);
  });

  test("what was installed from an address says so, without what lets somebody in", () => {
    const direct = {
      url: "https://user:secret@git.example.org/x.git?token=1",
      vcs_info: { vcs: "git", commit_id: "abc" },
    };
    const files = {
      [`${SITE}/x-1.dist-info/METADATA`]: "Name: x\nVersion: 1\n",
      [`${SITE}/x-1.dist-info/direct_url.json`]: JSON.stringify(direct),
    };
    expect(catalogueOf(files).packages[0]?.origin).toBe("git+https://git.example.org/x.git@abc");
  });
});

describe("conda", () => {
  const record = (fields: object) =>
    JSON.stringify({
      name: "numpy",
      version: "1.26.4",
      build: "py312h_0",
      subdir: "linux-64",
      license: "BSD-3-Clause",
      ...fields,
    });
  const channel = "https://example.org/t/tk-1234/conda-forge/linux-64";
  const library = "lib/python3.12/site-packages/numpy-1.26.4.dist-info/METADATA";

  test("is found in any prefix, with its channel as origin", () => {
    const { packages } = catalogueOf({ "work/envs/my env/conda-meta/numpy-1.26.4-py312h_0.json": record({ channel }) });
    expect(packages).toMatchObject([
      {
        purl: "pkg:conda/numpy@1.26.4?build=py312h_0&channel=conda-forge&subdir=linux-64",
        origin: "conda-forge",
        licence: "BSD-3-Clause",
        arch: "linux-64",
      },
    ]);
  });

  test("is told once: its own libraries are not Python's too, pip's in the same prefix are", () => {
    const files = {
      "opt/conda/conda-meta/numpy-1.26.4-py312h_0.json": record({ channel, files: [library, "bin/f2py"] }),
      [`opt/conda/${library}`]: "Name: numpy\nVersion: 1.26.4\n",
      "opt/conda/pkgs/numpy-1.26.4-py312h_0/site-packages/numpy-1.26.4.dist-info/METADATA":
        "Name: numpy\nVersion: 1.26.4\n",
      "opt/conda/lib/python3.12/site-packages/six-1.dist-info/METADATA": "Name: six\nVersion: 1\n",
      "opt/conda/lib/python3.12/site-packages/six-1.dist-info/INSTALLER": "conda\n",
      "opt/conda/lib/python3.12/site-packages/torch-2.dist-info/METADATA": "Name: torch\nVersion: 2\n",
      "opt/conda/lib/python3.12/site-packages/torch-2.dist-info/INSTALLER": "pip\n",
    };
    expect(purlsOf(catalogueOf(files)).map((purl) => purl.split("?")[0])).toEqual([
      "pkg:conda/numpy@1.26.4",
      "pkg:pypi/torch@2",
    ]);
  });

  test("that only lies in a cache to install from is not installed", () => {
    const files = {
      "root/mamba/pkgs/six-1-py_0/info/index.json": "{}",
      "root/mamba/pkgs/six-1-py_0/site-packages/six-1.dist-info/METADATA": "Name: six\nVersion: 1\n",
    };
    expect(catalogueOf(files).packages).toEqual([]);
  });

  test("keeps the last two names of a mirror's address, and what is no address as it is", () => {
    const origins = [
      "https://mirror.example.org/conda/bioconda/noarch",
      "pkgs/main",
      "https://x.example.org/label/dev/linux-64",
    ].map((one) => catalogueOf({ "c/conda-meta/a.json": record({ channel: one }) }).packages[0]?.origin);
    expect(origins).toEqual(["conda/bioconda", "pkgs/main", "label/dev"]);
  });
});

describe("R", () => {
  test("installed packages have been built; R's own are told of once; sources elsewhere are the origin", () => {
    const library = "usr/local/lib/R/site-library";
    const built = "Built: R 4.3.1; ; 2024-01-01 00:00:00 UTC; unix\n";
    const files = {
      [`${library}/terra/DESCRIPTION`]: `Package: terra\nVersion: 1.7-78\nLicense: GPL (>=\n    3)\nRepository: CRAN\n${built}`,
      [`${library}/limma/DESCRIPTION`]: `Package: limma\nVersion: 3.58.1\nbiocViews: ExonArray\n${built}`,
      [`${library}/own/DESCRIPTION`]: `Package: own\nVersion: 0.1\nRemoteType: github\nRemoteUsername: lab\nRemoteRepo: own\n${built}`,
      [`${library}/src/DESCRIPTION`]: "Package: src\nVersion: 1\n",
      "usr/lib/R/library/base/DESCRIPTION": `Package: base\nPriority: base\nVersion: 4.3.1\n${built}`,
      "usr/lib/R/library/stats/DESCRIPTION": `Package: stats\nPriority: base\nVersion: 4.3.1\n${built}`,
    };
    expect(catalogueOf(files).packages.map(({ purl, origin }) => [purl, origin])).toEqual([
      ["pkg:cran/base@4.3.1", undefined],
      ["pkg:bioconductor/limma@3.58.1", "Bioconductor"],
      ["pkg:cran/own@0.1", "github:lab/own"],
      ["pkg:cran/terra@1.7-78", "CRAN"],
    ]);
  });

  test("a lock file counts only for what is not installed", () => {
    const packages = {
      terra: { Package: "terra", Version: "1", Source: "Repository", Repository: "CRAN" },
      sf: { Package: "sf", Version: "2" },
    };
    const files = {
      "srv/renv.lock": JSON.stringify({ R: { Version: "4.3" }, Packages: packages }),
      "srv/renv/library/terra/DESCRIPTION": "Package: terra\nVersion: 1\nBuilt: R 4.3\n",
    };
    expect(catalogueOf(files).packages.map(({ purl, evidence }) => [purl, evidence])).toEqual([
      ["pkg:cran/sf@2", "srv/renv.lock"],
      ["pkg:cran/terra@1", "srv/renv/library/terra/DESCRIPTION"],
    ]);
  });
});

const HIDDEN_LOCK = join(import.meta.dirname, "../../../node_modules/.package-lock.json");

test.skipIf(!existsSync(HIDDEN_LOCK))(
  "Node's packages are those that npm itself recorded (needs npm's installation of this project)",
  () => {
    const lock = JSON.parse(readFileSync(HIDDEN_LOCK, "utf8")) as {
      packages: Record<string, { name?: string; version?: string }>;
    };
    const folders = Object.keys(lock.packages).filter((folder) =>
      existsSync(join(HIDDEN_LOCK, "../..", folder, "package.json")),
    );
    const files = folders.map((folder) => {
      const path = `${folder}/package.json`;
      return [`app/${path}`, readFileSync(join(HIDDEN_LOCK, "../..", path))] as const;
    });
    const recorded = folders.map((folder) => {
      const { name, version } = lock.packages[folder] ?? {};
      return `${name ?? folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length)} ${version}`;
    });
    const { packages } = catalogueOf(Object.fromEntries(files));
    expect(packages.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(recorded.sort());
  },
);

test("Node's packages are the roots in node_modules, with scope and any form of licence", () => {
  const files = {
    "app/package.json": '{"name":"app","version":"1.0.0"}',
    "app/node_modules/@babel/core/package.json": '{"name":"@babel/core","version":"7.24.0","license":"MIT"}',
    "app/node_modules/old/package.json":
      '{"name":"old","version":"0.1.0","licenses":[{"type":"MIT"},{"type":"GPL-2.0"}]}',
    "app/node_modules/old/dist/package.json": '{"type":"module","name":"wrong","version":"9"}',
    "app/node_modules/old/node_modules/inner/package.json": '{"name":"inner","version":"2.0.0"}',
    "app/node_modules/resolve/test/x/node_modules/fake/package.json": '{"name":"fake","version":"1.0.0"}',
    "app/node_modules/broken/package.json": "{",
  };
  expect(catalogueOf(files).packages.map(({ purl, licence }) => [purl, licence])).toEqual([
    ["pkg:npm/%40babel/core@7.24.0", "MIT"],
    ["pkg:npm/inner@2.0.0", undefined],
    ["pkg:npm/old@0.1.0", "MIT OR GPL-2.0"],
  ]);
});

test("gems are read from their specification, which is not run", () => {
  const text =
    '# stub: rack 3.0.8 ruby lib\nGem::Specification.new do |s|\n  s.name = "rack".freeze\n  s.version = "3.0.8".freeze\n  s.licenses = ["MIT".freeze, "Ruby".freeze]\nend\n';
  const path = "usr/local/bundle/specifications/rack-3.0.8.gemspec";
  expect(catalogueOf({ [path]: text }).packages).toMatchObject([
    { purl: "pkg:gem/rack@3.0.8", licence: "MIT OR Ruby" },
  ]);
});

test("Julia's manifests of both forms list what has a version; those of packages' own tests are left out", () => {
  const uuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6";
  const entry = `uuid = "${uuid}"\nversion = "0.21.4"\n`;
  const files = {
    "root/.julia/environments/v1.10/Manifest.toml": `julia_version = "1.10.2"\nmanifest_format = "2.0"\n[[deps.JSON]]\n${entry}[[deps.Dates]]\nuuid = "x"\n`,
    "srv/Manifest.toml": `[[Parsers]]\n${entry}`,
    "root/.julia/packages/JSON/93Ea8/Manifest.toml": `[[Tests]]\n${entry}`,
    "srv/bad/Manifest.toml": "[[",
  };
  const catalogue = catalogueOf(files);
  expect(purlsOf(catalogue)).toEqual([`pkg:julia/JSON@0.21.4?uuid=${uuid}`, `pkg:julia/Parsers@0.21.4?uuid=${uuid}`]);
  expect(catalogue.gaps).toMatchObject([{ path: "srv/bad/Manifest.toml" }]);
});

test("Spack and EasyBuild say what they built", () => {
  const now = {
    spec: {
      _meta: { version: 3 },
      nodes: [
        { name: "hdf5", version: "1.14.3", hash: "abc", namespace: "builtin" },
        { name: "zlib", version: "1" },
      ],
    },
  };
  const old = { spec: [{ zlib: { version: "1.2.13", hash: "def" } }, { gcc: { version: "1" } }] };
  const files = {
    "opt/spack/linux/hdf5-1.14.3-abc/.spack/spec.json": JSON.stringify(now),
    "opt/spack/linux/zlib-1.2.13-def/.spack/spec.json": JSON.stringify(old),
    "sw/software/GCC/12.3.0-x/easybuild/GCC-12.3.0.eb": "easyblock = 'EB_GCC'\nname = 'GCC'\nversion = \"12.3.0\"\n",
    "sw/software/Tool/4.5/easybuild/Tool-4.5.eb": "# nothing\n",
  };
  expect(purlsOf(catalogueOf(files))).toEqual([
    ...["pkg:easybuild/GCC@12.3.0", "pkg:easybuild/Tool@4.5"],
    ...["pkg:spack/hdf5@1.14.3?hash=abc", "pkg:spack/zlib@1.2.13?hash=def"],
  ]);
});
