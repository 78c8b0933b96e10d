// The steps of `berth demo build`, each ending in proofs.

import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatSize } from "../base/size.ts";
import { recipeFiles, SECRET } from "./build-recipes.ts";
import type { Ran } from "./process.ts";
import { equals, holds, type Proof } from "./proof.ts";
import { exists, type Stage } from "./stage.ts";
import { type Outcome, type Scene, succeeded } from "./steps.ts";

const DEFINITION = ["build", "--force", "--no-https", "--build-arg", "MAKER=berth", "definition.sif", "tool.def"];
const DOCKERFILE = [
  ...["build", "--force", "--no-https", "--build-arg", "MAKER=berth", "--secret", "id=demo,src=secret"],
  ...["dockerfile.sif", "Dockerfile"],
];

/** The definition file becomes an image; its own test is part of the build. */
export async function buildDefinition({ registry, stage }: Scene): Promise<Outcome> {
  for (const [name, content] of Object.entries(recipeFiles(registry.reference.replace("docker://", "")))) {
    const path = join(stage.folder, name);
    await writeFile(path, content);
    if (stage.uid !== process.getuid?.()) await chown(path, stage.uid, stage.uid);
  }
  const ran = await stage.berth(DEFINITION);
  return {
    note: `${await sizeOf(stage, "definition.sif")} in one file, built by ${stage.who}`,
    proofs: [
      succeeded("berth build of a definition file succeeds", ran),
      holds("%post was carried out", /%post/.test(ran.stderr), ran.stderr.slice(-200)),
      holds("%test was carried out", /%test/.test(ran.stderr), ran.stderr.slice(-200)),
    ],
  };
}

/** The Dockerfile, with a secret that only one step may see. */
export async function buildDockerfile({ stage }: Scene): Promise<Outcome> {
  const ran = await stage.berth(DOCKERFILE);
  const flags = [...DOCKERFILE.slice(0, -2), "--layer-compression", "none"];
  const archive = await stage.berth([...flags, "oci-archive:dockerfile.tar", "Dockerfile"]);
  const layers = join(stage.folder, "dockerfile.tar");
  return {
    note: `${await sizeOf(stage, "dockerfile.sif")} in one file`,
    proofs: [
      succeeded("berth build of a Dockerfile succeeds", ran),
      succeeded("the same build as an archive for other engines succeeds", archive),
      holds("the secret is in no byte of its layers, configuration and history", !(await holdsBytes(layers)), "it is"),
      holds("nor in what the build said", !(ran.stdout + ran.stderr).includes(SECRET), "it is"),
    ],
  };
}

/** Nothing has changed, so nothing is carried out. */
export async function buildAgain({ stage }: Scene): Promise<Outcome> {
  const definition = await stage.berth(DEFINITION);
  const dockerfile = await stage.berth(DOCKERFILE);
  const cached = (ran: Ran): number => ran.stderr.split("\n").filter((line) => line.endsWith("(cached)")).length;
  return {
    note: `${cached(definition) + cached(dockerfile)} steps taken from the cache`,
    proofs: [
      succeeded("the definition file again succeeds", definition),
      succeeded("the Dockerfile again succeeds", dockerfile),
      holds(
        "%post was taken from the cache",
        /%post.*\(cached\)/.test(definition.stderr),
        definition.stderr.slice(-200),
      ),
      holds("every RUN was taken from the cache", allCached(dockerfile.stderr), dockerfile.stderr.slice(-200)),
    ],
  };
}

function allCached(said: string): boolean {
  const runs = said.split("\n").filter((line) => /^#\d+ RUN /.test(line));
  return runs.length > 0 && runs.every((line) => line.endsWith("(cached)"));
}

/** Both images do what their recipes say. */
export async function runBoth({ stage }: Scene): Promise<Outcome> {
  const word = `a 'b' "c" $d`;
  const definition = await stage.berth(["run", "definition.sif", word]);
  const dockerfile = await stage.berth(["run", "--cwd", "/opt/tool", "dockerfile.sif"]);
  return {
    note: "2 programs",
    proofs: [
      succeeded("berth run of the definition's image succeeds", definition),
      ...reportProofs(definition, {
        made: "by the definition of berth",
        word: "found while building",
        arguments: word,
        uid: String(stage.uid),
      }),
      succeeded("berth run of the Dockerfile's image succeeds", dockerfile),
      ...reportProofs(dockerfile, {
        made: "by the Dockerfile of berth",
        word: "quoted 'and' $unexpanded",
        arguments: "default argument",
        secret: "False",
      }),
    ],
  };
}

const CLAIMS: Readonly<Record<string, string>> = {
  made: "the build argument is in the file that was built",
  word: "the environment is that of the recipe",
  arguments: "arguments arrive unchanged",
  uid: "it runs as the user who started it",
  secret: "the secret's file is not there",
};

function reportProofs({ stdout }: Ran, wanted: Readonly<Record<string, string>>): readonly Proof[] {
  const said = new Map(stdout.split("\n").map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
  return Object.entries(wanted).map(([key, value]) => equals(CLAIMS[key] ?? key, said.get(key), value));
}

async function sizeOf(stage: Stage, name: string): Promise<string> {
  const file = join(stage.folder, name);
  return formatSize((await exists(file)) ? (await stat(file)).size : 0);
}

// The layers are not compressed, so that every byte can be seen.
async function holdsBytes(path: string): Promise<boolean> {
  return !(await exists(path)) || (await readFile(path)).includes(SECRET);
}
