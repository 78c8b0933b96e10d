// Image files go both ways: the real Apptainer runs what berth made, and berth runs what Apptainer made.

import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGES } from "../catalogue/images.ts";
import { BINARY, missing } from "../catalogue/world.ts";
import { writeLayout } from "../support/oci-image.ts";
import { installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";
import { apptainer, noApptainer, treeHas } from "./peer.ts";

const reason = noApptainer() ?? missing();
const SLOW = { timeout: 60_000 };

describe.skipIf(reason)(`berth and Apptainer exchange images${reason ? ` [${reason}]` : ""}`, () => {
  let folder: string;
  let user: OrdinaryUser;
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    user = ordinaryUser();
    folder = mkdtempSync(join(tmpdir(), "berth-exchange-"));
    chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o755);
    await writeLayout(at("layout"), IMAGES);
    for (const name of ["small", "quirks"]) must(berth("pull", `${name}.sif`, `oci:layout:${name}`));
    must(
      runAs(user, ["skopeo", "copy", "-q", "oci:layout:small", "docker-archive:small.tar:small:latest"], {
        cwd: folder,
      }),
    );
  }, 120_000);
  afterAll(() => {
    removeAll(folder);
  });

  function berth(...words: string[]) {
    return berthWith({}, ...words);
  }
  function berthWith(more: Readonly<Record<string, string>>, ...words: string[]) {
    const env = { BERTH_CACHEDIR: at("cache"), BERTH_RUNTIMEDIR: at("run"), ...more };
    return runAs(user, [BINARY, ...words], { cwd: folder, env });
  }
  function theirs(words: readonly string[], who: "user" | "root" = "user", env = {}) {
    const caches = { APPTAINER_CACHEDIR: at(`cache-${who}`), APPTAINER_TMPDIR: folder, APPTAINER_MESSAGELEVEL: "-1" };
    return apptainer(words, { cwd: folder, env: { ...caches, ...env }, ...(who === "user" ? { user } : {}) });
  }

  describe.each(["user", "root"] as const)("Apptainer as %s", (who) => {
    test("executes a program in our image", SLOW, () => {
      const result = theirs(["exec", "small.sif", "sh", "-c", 'echo "$SMALL_VAR"; exit 7'], who);
      expect(result.stdout, result.stderr).toBe("from image\n");
      expect(result.status).toBe(7);
    });

    test("runs our image's entrypoint and command", SLOW, () => {
      expect(theirs(["run", "small.sif"], who).stdout).toBe("entry point cmd 1 $HOME\n");
      expect(theirs(["run", "--no-eval", "small.sif", "a  b", "$HOME", '"q"'], who).stdout).toBe(
        'entry point a  b $HOME "q"\n',
      );
    });

    test("shows our labels and script", SLOW, () => {
      expect(theirs(["inspect", "small.sif"], who).stdout).toMatch(/^org\.example\.name: small$/m);
      expect(theirs(["inspect", "--runscript", "small.sif"], who).stdout).toMatch(/entry point/);
    });

    test("finds the environment of our image byte for byte", SLOW, () => {
      const script = 'printf "%s|" "$Q_DOUBLE" "$Q_DOLLAR" "$Q_BACKSLASH" "$Q_BACKQUOTE" "$Q_NEWLINE" "$Q_SINGLE"';
      const { stdout, stderr } = theirs(["exec", "quirks.sif", "sh", "-c", script], who);
      const home = ["$HOME and $", "{USER}"].join("");
      expect(stdout, stderr).toBe(`a "b"|${home}|a\\b|\`id\`|one\ntwo|it's|`);
    });
  });

  test("Apptainer lists the objects of our file", SLOW, () => {
    const { stdout, status } = theirs(["sif", "list", "small.sif"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Squashfs\/\*System\/amd64|FS.*Squashfs/);
    expect(stdout).toMatch(/JSON\.Generic/);
  });

  test.each(["gzip", "xz", "lz4", "zstd"])("Apptainer runs our file compressed with %s", SLOW, (compression) => {
    must(berth("pull", "--compression", compression, `${compression}.sif`, "oci:layout:small"));
    expect(theirs(["exec", `${compression}.sif`, "echo", "ok"]).stdout).toBe("ok\n");
  });

  test.each([
    ["its default", []],
    ["xz", ["--mksquashfs-args", "-comp xz"]],
    ["lz4", ["--mksquashfs-args", "-comp lz4"]],
    ["lzo", ["--mksquashfs-args", "-comp lzo"]],
    ["zstd", ["--mksquashfs-args", "-comp zstd"]],
  ])("we run what Apptainer converts, compressed with %s", SLOW, (name, flags) => {
    const file = `theirs-${name.replace(" ", "-")}.sif`;
    must(theirs(["build", ...flags, file, "docker-archive:small.tar"]));
    const executed = berth("exec", file, "sh", "-c", 'echo "$SMALL_VAR"; exit 7');
    expect(executed.stdout, executed.stderr).toBe("from image\n");
    expect(executed.status).toBe(7);
    const ran = berth("run", file, "a  b", "$HOME", '"q"');
    expect(ran.stdout, ran.stderr).toBe('entry point a  b $HOME "q"\n');
    expect(berth("inspect", file).stdout).toMatch(/^org\.example\.name: small$/m);
  });

  const closed = treeHas("gocryptfs") && installed("gocryptfs") ? "" : " [needs gocryptfs here and in a new tree]";
  describe.skipIf(closed)(`encrypted images${closed}`, () => {
    const byWord = { APPTAINER_ENCRYPTION_PASSPHRASE: "open sesame" };
    const show = ["sh", "-c", 'echo "$SMALL_VAR"'];
    beforeAll(() => {
      const key = ["genrsa", "-traditional", "-out", at("private.pem"), "2048"];
      must(spawnSync("openssl", key, { encoding: "utf8" }));
      const open = ["rsa", "-in", at("private.pem"), "-RSAPublicKey_out", "-out", at("public.pem")];
      must(spawnSync("openssl", open, { encoding: "utf8" }));
      chmodSync(at("private.pem"), 0o644);
    });

    test("we run what Apptainer encrypts", SLOW, () => {
      must(theirs(["build", "--encrypt", "their-word.sif", "docker-archive:small.tar"], "user", byWord));
      must(theirs(["build", "--pem-path=public.pem", "--encrypt", "their-key.sif", "docker-archive:small.tar"]));
      expect(berthWith(byWord, "exec", "their-word.sif", ...show).stdout).toBe("from image\n");
      const opened = berth("exec", "--pem-path", "private.pem", "their-key.sif", ...show);
      expect(opened.stdout, opened.stderr).toBe("from image\n");
      const closed = berth("exec", "their-word.sif", "true");
      expect(closed.status).toBe(255);
      expect(closed.stderr).toContain("nothing that opens it was given");
    });

    test("Apptainer runs what we encrypt", SLOW, () => {
      must(berthWith(byWord, "build", "--encrypt", "our-word.sif", "docker-archive:small.tar"));
      must(berth("build", "--encrypt", "--pem-path", "public.pem", "our-key.sif", "docker-archive:small.tar"));
      expect(theirs(["exec", "our-word.sif", ...show], "user", byWord).stdout).toBe("from image\n");
      expect(theirs(["exec", "--pem-path=private.pem", "our-key.sif", ...show]).stdout).toBe("from image\n");
    });
  });

  test("we run what Apptainer builds from a definition file: its scripts and its environment", SLOW, () => {
    writeFileSync(at("made.def"), DEFINITION);
    must(theirs(["build", "--notest", "made.sif", "made.def"]));
    const ran = berth("run", "made.sif", "x y", "z");
    expect(ran.stdout, ran.stderr).toBe("script: from definition, 2 words, first x y\n");
    expect(berth("exec", "made.sif", "sh", "-c", 'echo "$MADE"').stdout).toBe("from definition\n");
    expect(berth("test", "made.sif").status).toBe(3);
    expect(berth("inspect", "made.sif").stdout).toMatch(/^Author: somebody$/m);
  });
});

const DEFINITION = `Bootstrap: docker-archive
From: small.tar

%labels
    Author somebody

%environment
    export MADE="from definition"

%runscript
    echo "script: $MADE, $# words, first $1"

%test
    [ -z "$APPTAINER_CONTAINER" ] || exit 3
`;

function must(result: { readonly status: number | null; readonly stderr: string }): void {
  if (result.status !== 0) throw new Error(result.stderr);
}
