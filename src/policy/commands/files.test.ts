import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { downloads } from "./downloads.ts";
import { vanished } from "./gone.ts";
import { coversPath, expandBraces, isInside, resolvePath } from "./path-globs.ts";
import { isRemoved, removals } from "./removals.ts";
import { commandOf, commandsOf } from "./testing.ts";
import { writes } from "./writes.ts";

describe("what is fetched, into which file", () => {
  test.each([
    ["wget https://h.example/d/a.tgz?x=1", "/src/a.tgz"],
    ["wget -q -O /opt/b https://h.example/a", "/opt/b"],
    ["wget -P /opt https://h.example/a.zip", "/opt/a.zip"],
    ["wget -qO- https://h.example/a", undefined],
    ["wget -O - https://h.example/a > /etc/x", "/etc/x"],
    ["curl -fsSLo x/y https://h.example/a", "/src/x/y"],
    ["curl -LO https://h.example/a.tgz", "/src/a.tgz"],
    ["curl https://h.example/a", undefined],
    ["curl -H 'A: b' --output-dir /d -O https://h.example/a", "/d/a"],
    ["aria2c -d /d -o f https://h.example/a", "/d/f"],
    ["git -C /opt clone --depth 1 https://h.example/u/r.git", "/opt/r"],
    ["git clone -b v1 git@h.example:u/r ~/x", "$HOME/x"],
  ])("%s", (script, file) => {
    const [download] = downloads(commandOf(script));
    expect(download).toBeDefined();
    expect(download?.file).toBe(file);
  });

  test.each(["git pull", "curl --version", "wget", "git"])("%s fetches no file", (script) => {
    expect(downloads(commandOf(script))).toEqual([]);
  });

  test("each URL of curl has its own -o", () => {
    const found = downloads(commandOf("curl -o a https://h.example/1 -o b https://h.example/2"));
    expect(found.map(({ file }) => file)).toEqual(["/src/a", "/src/b"]);
  });
});

describe("what is removed", () => {
  test.each([
    ["rm -rf /var/lib/apt/lists/*", "/var/lib/apt/lists/x_Packages", true],
    ["rm -rf /var/lib/apt/lists", "/var/lib/apt/lists/x", true],
    ["rm -rf /var/lib/{apt,dpkg}", "/var/lib/apt/lists/x", true],
    ["rm a.tgz", "/src/a.tgz", true],
    ["rm a.tgz", "/src/b.tgz", false],
    ["rm ../src/*.tgz", "/src/a.tgz", true],
    ["rm -rf /v*", "/var/x", true],
    ["rm -- -x", "/src/-x", true],
    ["find /var -type f -delete", "/var/lib/x", true],
    ["find /opt -name '*.a' -delete", "/opt/x.a", true],
    ["find /opt -name '*.a'", "/opt/x.a", false],
    ["find /opt -exec rm -f {} +", "/opt/x.a", true],
    ["unlink a", "/src/a", true],
    ["mv a b", "/src/a", true],
    ["mv a b", "/src/b", false],
    ["gunzip a.gz", "/src/a.gz", true],
    ["gunzip -k a.gz", "/src/a.gz", false],
    ["echo rm a", "/src/a", false],
  ])("%s takes %s: %s", (script, path, taken) => {
    expect(isRemoved(path, vanished(commandOf(script)))).toBe(taken);
  });

  test("spellings of a variable are one", () => {
    const [, remove] = commandsOf(`cd $D && rm "a-\${V}.tgz"`);
    expect(remove && isRemoved(resolvePath("a-$V.tgz", undefined), removals(remove))).toBe(true);
  });
});

describe("what is written", () => {
  test.each([
    ["mkdir -p -m 755 /a/{b,c}", ["/a/b", "/a/c"]],
    ["tar -xzf a.tgz -C /opt", ["/opt"]],
    ["tar xf a.tgz", ["/src"]],
    ["tar czf a.tgz b", []],
    ["unzip -q a.zip -d /opt/x", ["/opt/x"]],
    ["cp a /opt/", ["/opt/a"]],
    ["cp a b /opt/", ["/opt"]],
    ["install -m 755 a /usr/bin/a", ["/usr/bin/a"]],
    ["ln -s /a /b", ["/b"]],
    ["echo x >> ~/.bashrc", ["$HOME/.bashrc"]],
    ["make > /dev/null 2>&1", []],
    ["./configure --prefix=/opt/x", ["/opt/x"]],
    ["cmake -DCMAKE_INSTALL_PREFIX=/opt/x ..", ["/opt/x"]],
    ["bash mc.sh -b -p /opt/conda", ["/opt/conda"]],
    ["conda create -y -p /opt/e python=3", ["/opt/e"]],
    ["pip install --target /opt/p x", ["/opt/p"]],
    ["ps -p /x", []],
  ])("%s", (script, paths) => {
    expect(writes(commandOf(script)).map(({ path }) => path)).toEqual(paths);
  });
});

describe("paths", () => {
  test("are resolved against a folder, or stay what they are", () => {
    expect(resolvePath("../x/./y", "/a/b")).toBe("/a/x/y");
    expect(resolvePath("x", undefined)).toBe("x");
    expect(resolvePath("~/x", "/a")).toBe("$HOME/x");
    expect(resolvePath("/../x", "/a")).toBe("/x");
  });

  test("home is where root's is", () => {
    expect(isInside("$HOME/x", "/root")).toBe(true);
    expect(isInside("/rooted/x", "/root")).toBe(false);
  });

  test("a pattern with an open bracket stands for itself", () => {
    expect(coversPath("/a[", "/a[")).toBe(true);
    expect(coversPath("/a[", "/ab")).toBe(false);
  });

  test("braces make a bounded number of patterns", () => {
    expect(expandBraces("a{b,c}{d,e}")).toEqual(["abd", "abe", "acd", "ace"]);
    expect(expandBraces(`x${"{a,b}".repeat(40)}`).length).toBeLessThanOrEqual(64);
    expect(expandBraces(`x$${"{a,b}"}`)).toEqual([`x$${"{a,b}"}`]);
  });

  test("a path is covered by itself and by every folder above", () => {
    const part = fc.stringMatching(/^[a-z0-9._-]{1,8}$/).filter((text) => !/^\.{1,2}$/.test(text));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.nat(), (parts, cut) => {
        const path = `/${parts.join("/")}`;
        const above = `/${parts.slice(0, (cut % parts.length) + 1).join("/")}`;
        expect(coversPath(above, path)).toBe(true);
        expect(coversPath(`${above}/*`, path)).toBe(above !== path);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
