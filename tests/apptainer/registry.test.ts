// Images go both ways between berth and the real Apptainer through a registry, archives and layouts.

import { chmodSync, chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGES } from "../catalogue/images.ts";
import { BINARY, missing } from "../catalogue/world.ts";
import { writeLayout } from "../support/oci-image.ts";
import { type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { removeAll } from "../support/unmount.ts";
import { apptainer, noApptainer } from "./peer.ts";

const reason = noApptainer() ?? missing();
const SLOW = { timeout: 60_000 };
const WORDS = "entry point cmd 1 $HOME\n";

describe.skipIf(reason)(`berth and Apptainer share a registry${reason ? ` [${reason}]` : ""}`, () => {
  let folder: string;
  let user: OrdinaryUser;
  let registry: TestRegistry;
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    user = ordinaryUser();
    folder = mkdtempSync(join(tmpdir(), "berth-share-"));
    chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o755);
    await writeLayout(at("layout"), IMAGES);
    registry = await startRegistry();
    must(berth("pull", "small.sif", "oci:layout:small"));
    must(berth("push", "oci:layout:small", "docker-archive:small.tar"));
  }, 120_000);
  afterAll(async () => {
    await registry?.stop();
    removeAll(folder);
  });

  function berth(...words: string[]) {
    const env = { BERTH_CACHEDIR: at("cache"), BERTH_RUNTIMEDIR: at("run") };
    return runAs(user, [BINARY, ...words], { cwd: folder, env });
  }
  function theirs(...words: string[]) {
    const env = { APPTAINER_CACHEDIR: at("their-cache"), APPTAINER_TMPDIR: folder, APPTAINER_MESSAGELEVEL: "-1" };
    return apptainer(words, { cwd: folder, env, user });
  }
  const same = (a: string, b: string) => expect(runAs(user, ["cmp", a, b], { cwd: folder }).status).toBe(0);

  test("Apptainer pulls the SIF file that berth has pushed", SLOW, () => {
    must(berth("push", "small.sif", `oras://${registry.host}/ours:1`, "--description", "from berth"));
    must(theirs("pull", "--no-https", "theirs.sif", `oras://${registry.host}/ours:1`));
    same("small.sif", "theirs.sif");
  });

  test("berth pulls the SIF file that Apptainer has pushed", SLOW, () => {
    must(theirs("push", "-U", "--no-https", "small.sif", `oras://${registry.host}/theirs:1`));
    must(berth("pull", "back.sif", `oras://${registry.host}/theirs:1`));
    same("small.sif", "back.sif");
  });

  test("both describe a SIF file in the registry alike", SLOW, async () => {
    must(berth("push", "small.sif", `oras://${registry.host}/alike:ours`));
    must(theirs("push", "-U", "--no-https", "small.sif", `oras://${registry.host}/alike:theirs`));
    const [ours, others] = await Promise.all(["ours", "theirs"].map(manifest));
    expect(ours?.config).toEqual(others?.config);
    expect(ours?.layers.map(({ mediaType, digest, annotations }) => ({ mediaType, digest, annotations }))).toEqual(
      others?.layers.map(({ mediaType, digest, annotations }) => ({ mediaType, digest, annotations })),
    );
  });

  test.each(["docker-archive", "oci-archive", "oci", "docker"])(
    "Apptainer runs what berth has written as %s out of a SIF file",
    SLOW,
    (kind) => {
      // Apptainer takes a tag of a layout for a part of the path.
      const targets: Readonly<Record<string, string>> = {
        "docker-archive": "docker-archive:ours-docker.tar",
        "oci-archive": "oci-archive:ours-oci.tar",
        oci: "oci:ours",
        docker: `docker://${registry.host}/image:1`,
      };
      const target = targets[kind] ?? "";
      must(berth("push", "small.sif", target));
      must(theirs("build", "--no-https", `from-${kind}.sif`, target));
      expect(theirs("run", `from-${kind}.sif`).stdout).toBe(WORDS);
    },
  );

  test("what Apptainer made of a registry's image becomes an image again", SLOW, () => {
    must(theirs("build", "converted.sif", "docker-archive:small.tar"));
    must(berth("push", "converted.sif", `docker://${registry.host}/converted:1`));
    const ran = berth("run", `docker://${registry.host}/converted:1`);
    expect(ran.stdout, ran.stderr).toBe(WORDS);
  });

  test("what Apptainer built from a definition file keeps its scripts on the way through a registry", SLOW, () => {
    writeFileSync(at("made.def"), DEFINITION);
    must(theirs("build", "--notest", "made.sif", "made.def"));
    must(berth("push", "made.sif", `docker://${registry.host}/made:1`));
    const ran = berth("run", `docker://${registry.host}/made:1`, "x y", "z");
    expect(ran.stdout, ran.stderr).toBe("script: from definition, 2 words, first x y\n");
  });

  async function manifest(tag: string) {
    const accept = "application/vnd.oci.image.manifest.v1+json";
    const answer = await fetch(`${registry.url}/v2/alike/manifests/${tag}`, { headers: { accept } });
    return (await answer.json()) as {
      readonly config: object;
      readonly layers: readonly { readonly mediaType: string; readonly digest: string; readonly annotations: object }[];
    };
  }
});

const DEFINITION = `Bootstrap: docker-archive
From: small.tar

%environment
    export MADE="from definition"

%runscript
    echo "script: $MADE, $# words, first $1"
`;

function must(result: { readonly status: number | null; readonly stderr: string }): void {
  if (result.status !== 0) throw new Error(result.stderr);
}
