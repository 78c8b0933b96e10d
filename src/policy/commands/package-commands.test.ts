import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packageCommand } from "./package-commands.ts";
import { commandOf, commandsOf } from "./testing.ts";

function read(script: string) {
  return packageCommand(commandOf(script));
}

function packagesOf(script: string): readonly string[] {
  const packages = read(script)?.packages ?? [];
  return packages.map(({ name, version, kind }) => `${kind} ${name}${version === undefined ? "" : ` ${version}`}`);
}

describe("what is asked of which manager", () => {
  test.each([
    ["apt-get update", "apt-get", "refresh"],
    ["apt-get -qq -y dist-upgrade", "apt-get", "upgrade"],
    ["apt-get autoremove --purge -y x", "apt-get", "remove"],
    ["apt full-upgrade", "apt", "upgrade"],
    ["aptitude install x", "aptitude", "install"],
    ["yum groupinstall -y 'Development Tools'", "yum", "install"],
    ["dnf -y module install nodejs:20", "dnf", "install"],
    ["microdnf clean all", "microdnf", "clean"],
    ["zypper --non-interactive in gcc", "zypper", "install"],
    ["zypper dup", "zypper", "upgrade"],
    ["apk --no-cache add git", "apk", "install"],
    ["apk del .build", "apk", "remove"],
    ["pacman -Sy", "pacman", "refresh"],
    ["pacman -Syu --noconfirm", "pacman", "upgrade"],
    ["pacman -Syu --noconfirm gcc", "pacman", "install"],
    ["pacman -Scc", "pacman", "clean"],
    ["pip3.11 install x", "pip", "install"],
    ["/opt/venv/bin/pip install x", "pip", "install"],
    ["python3 -m pip install x", "pip", "install"],
    ["python -u -m pip cache purge", "pip", "clean"],
    ["conda env create -f env.yml", "conda", "create"],
    ["conda run -n app pip install x", "pip", "install"],
    ["micromamba clean -ay", "micromamba", "clean"],
    ["npm ci", "npm", "install"],
    ["yarn", "yarn", "install"],
    ["yarn global add x", "yarn", "install"],
    ["yarn start", "yarn", "other"],
    ["gem install x", "gem", "install"],
    ["go build ./...", "go", "other"],
    ["cargo install x", "cargo", "install"],
    [`R -e 'install.packages("x")'`, "R", "install"],
    ["sudo -E DEBIAN_FRONTEND=noninteractive apt-get install x", "apt-get", "install"],
    ["xargs -a list apt-get install -y", "apt-get", "install"],
    ["bash -c 'yum -y update'", "yum", "upgrade"],
  ])("%s", (script, manager, action) => {
    expect(read(script)).toMatchObject({ manager, action });
  });

  test.each(["echo apt-get install x", "make install", "python3 setup.py install", "R CMD INSTALL .", "rm -rf x"])(
    "%s is none",
    (script) => {
      expect(read(script)).toBeUndefined();
    },
  );
});

describe("packages and their versions", () => {
  test.each([
    [
      "apt-get install -y -t bookworm-backports curl=8.14.* g++:arm64 ./a.deb",
      ["package curl 8.14.*", "package g++", "file ./a.deb"],
    ],
    ["apt-get install -o Dpkg::Options::=--force-confold lamp-server^", ["group lamp-server"]],
    [
      "yum install -y --enablerepo epel gcc-4.8.5-44.el7 java-1.8.0-openjdk @core",
      ["package gcc 4.8.5-44.el7", "package java-1.8.0-openjdk", "group core"],
    ],
    ["dnf install gcc-toolset-12", ["package gcc-toolset-12"]],
    ["apk add --virtual .deps git~=2.4 'curl>8' make", ["package git ~=2.4", "package curl >8", "package make"]],
    [
      "pip install -r r.txt 'numpy[all]==2.1' 'scipy>=1,<2; python_version>\"3\"' .",
      ["package numpy 2.1", "package scipy >=1,<2", "file ."],
    ],
    [
      "pip install git+https://h.example/u/r@v1 torch==$V $MORE ./x.whl",
      ["url git+https://h.example/u/r@v1 v1", "package torch $V", "open $MORE", "file ./x.whl"],
    ],
    [
      "conda install -y -c conda-forge conda-forge::numpy=2.1=py312 'scipy >=1.14' python",
      ["package numpy 2.1=py312", "package scipy 1.14", "package python"],
    ],
    ["npm install -g @angular/cli@17 express u/r#v1", ["package @angular/cli 17", "package express", "url u/r#v1 v1"]],
    ["gem install rake -v 13.2 bundler:2.5", ["package rake 13.2", "package bundler 2.5"]],
    ["cargo install --locked ripgrep --version 14.1.0", ["package ripgrep 14.1.0"]],
    [
      `Rscript -e 'install.packages(c("a", "b"), repos="https://h.example")' -e 'remotes::install_version("c", "1.2")'`,
      ["package a", "package b", "package c 1.2"],
    ],
  ])("%s", (script, packages) => {
    expect(packagesOf(script)).toEqual(packages);
  });

  test("a variable that is known may hold several", () => {
    const [, command] = commandsOf('P="gcc make" && apt-get install -y $P');
    expect(command && packageCommand(command)?.packages.map(({ name }) => name)).toEqual(["gcc", "make"]);
  });

  test("letters behind one dash are options each", () => {
    expect([...(read("apt-get -qqy install x")?.flags ?? [])]).toEqual(["-q", "-y"]);
  });
});

test("no words make it throw", () => {
  const word = fc.oneof(
    fc.constantFrom("install", "-y", "--", "-c", "=", "@", "a==", "git+x", "::", "-", "$X", "'a b'"),
    fc.string(),
  );
  const name = fc.constantFrom(
    "apt-get",
    "yum",
    "apk",
    "pip",
    "conda",
    "npm",
    "go",
    "pacman",
    "R -e",
    "python -m",
    "conda run",
  );
  fc.assert(
    fc.property(name, fc.array(word, { maxLength: 6 }), (program, words) => {
      for (const command of commandsOf(`${program} ${words.join(" ").replace(/[\r\n]/g, " ")}`))
        packageCommand(command);
    }),
    { numRuns: 300, seed: 7 },
  );
});
