import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogueOf, factsOf } from "../testing.ts";

/** A zip archive with these files, packed. */
function zipOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(Buffer.byteLength(content), 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), packed);
    central.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

const pom = (group: string, artifact: string, version: string) => ({
  [`META-INF/maven/${group}/${artifact}/pom.properties`]: `#Created\ngroupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
});
const names = (files: Readonly<Record<string, Buffer>>) =>
  catalogueOf(files).packages.map(({ name, version, evidence }) => `${name} ${version} ${evidence}`);

describe("archives of Java", () => {
  test("say by Maven's properties what they are, also inside of each other", () => {
    const inner = zipOf(pom("org.slf4j", "slf4j-api", "2.0.9"));
    const app = zipOf({
      ...pom("org.example", "app", "1.0"),
      "BOOT-INF/lib/slf4j-api-2.0.9.jar": inner,
      "A.class": "x",
    });
    expect(names({ "srv/app.jar": app })).toEqual([
      "org.example:app 1.0 srv/app.jar",
      "org.slf4j:slf4j-api 2.0.9 srv/app.jar!BOOT-INF/lib/slf4j-api-2.0.9.jar",
    ]);
    expect(catalogueOf({ "srv/app.jar": app }).packages[0]?.purl).toBe("pkg:maven/org.example/app@1.0");
  });

  test("that start as programs have a script in front", () => {
    const bytes = Buffer.concat([Buffer.from("PK is not how it begins"), zipOf(pom("a", "b", "1"))]);
    expect(names({ "srv/b.jar": bytes })).toEqual(["a:b 1 srv/b.jar"]);
  });

  test("without properties say it by manifest and file name", () => {
    const manifest =
      "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.apache.commons.co\r\n llections4;singleton:=true\r\nBundle-Version: 4.4.0\r\n\r\nName: x\r\nImplementation-Version: 9\r\n";
    expect(names({ "srv/commons-collections4-4.4.jar": zipOf({ "META-INF/MANIFEST.MF": manifest }) })).toEqual([
      "org.apache.commons.collections4:commons-collections4 4.4 srv/commons-collections4-4.4.jar",
    ]);
    expect(names({ "srv/plain.jar": zipOf({ "A.class": "x" }) })).toEqual([]);
  });

  test("that hold other libraries' properties and none of their own are told of beside these", () => {
    const manifest = "Bundle-SymbolicName: com.google.inject\nBundle-Version: 4.2.3\n";
    const shaded = zipOf({ ...pom("cglib", "cglib", "3.2.12"), "META-INF/MANIFEST.MF": manifest });
    expect(names({ "srv/guice.jar": shaded })).toEqual([
      "cglib:cglib 3.2.12 srv/guice.jar",
      "com.google.inject:guice 4.2.3 srv/guice.jar",
    ]);
  });

  test("packed to fill memory are a gap", () => {
    let bomb = zipOf({ "META-INF/MANIFEST.MF": Buffer.alloc(64 * 1024 * 1024, 0x20) });
    expect(catalogueOf({ "srv/a.jar": bomb }).gaps).toMatchObject([{ path: "srv/a.jar" }]);
    for (let depth = 0; depth < 10; depth++) bomb = zipOf({ "x.jar": bomb, "y.jar": bomb });
    expect(catalogueOf({ "srv/a.jar": bomb }).packages).toEqual([]);
  });

  test("damaged anywhere come to an end", () => {
    const whole = zipOf({ ...pom("org.example", "app", "1.0"), "lib/x-1.jar": zipOf(pom("a", "b", "1")) });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }), (changes) => {
        const copy = Buffer.from(whole);
        for (const [at, value] of changes) copy[at] = value;
        expect(factsOf({ "srv/app.jar": copy }, { piece: 1 << 20 }).files.length).toBeLessThan(2);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
