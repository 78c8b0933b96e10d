// Texts that look like secrets, in recipes and in images: SEC002, SEC006.

import { isPublishedExample } from "../../../audit/secrets/credential-files.ts";
import { type FoundSecret, findSecrets } from "../../../audit/secrets/find-secrets.ts";
import { isSecretName } from "../../../audit/secrets/secret-names.ts";
import type { SecretTrace } from "../../../audit/types.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, ComposeSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleFiles } from "../example-parts.ts";
import { allSteps } from "../recipe-parts.ts";

// Cut in two, so that nobody's scanner takes this file for a leak.
const BEGIN = `${"-----BEGIN"} OPENSSH PRIVATE KEY-----`;
const KEY = `${BEGIN}\nbm90IGEga2V5LCBvbmx5IHRoZSBsb29rIG9mIG9uZSwgZm9yIGEgdGVzdCBvZiBydWxl\n-----END OPENSSH PRIVATE KEY-----\n`;
const AWS = `AKIA${"Q3EGR7HTLVWK5XMP"}`;
const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

function trace(path: string, removedBy?: number): SecretTrace {
  return { kind: "a private key", path, layer: 2, removedBy, line: 1, certainty: "certain" };
}

function secrets(...traces: readonly SecretTrace[]) {
  return { files: exampleFiles([], { secrets: traces }) };
}

export const SECRET_TEXTS = practice({
  id: "SEC002",
  title: "No text that is a secret",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "the text looks like {kind}",
  hint: "take it out, replace it where it is valid, and give the new one with RUN --mount=type=secret or as a file in /run/secrets",
  why: "Whoever can read the recipe or pull the image has it, and keeps it after it was removed.",
  source: "N2.12",
  peers: ["DS-0031", "CIS-DI-0010"],
  controls: ["CIS 4.10", "NIST 800-190 3.1.4"],
  cases: { file: { message: "/{path} looks like {kind}" } },
  checks: { recipe: inRecipe, compose: inCompose, image: inImage },
  passes: [
    { shows: "a secret mount", dockerfile: "FROM x\nRUN --mount=type=secret,id=key cp /run/secrets/key /x\n" },
    { shows: "a public key", dockerfile: "FROM x\nRUN echo '-----BEGIN PUBLIC KEY-----' > /x\n" },
    { shows: "an example of the documentation", dockerfile: "FROM x\nENV KEY_ID=AKIAIOSFODNN7EXAMPLE\n" },
    { shows: "only the words", dockerfile: `FROM x\nRUN grep -q '${BEGIN}' /x\n` },
    { shows: "a checksum", dockerfile: `FROM x\nARG TOKENIZER_SHA256=${"0f1e2d3c4b5a6978".repeat(4)}\n` },
    { shows: "a test of a package", image: secrets(trace("usr/lib/python3/dist-packages/twisted/test/server.pem")) },
    { shows: "one that was removed: SEC006 tells it", image: secrets(trace("root/key.pem", 4)) },
  ],
  fails: [
    {
      shows: "a key in a here-document",
      dockerfile: `FROM x\nCOPY <<EOF /k.pem\n${KEY}EOF\n`,
      expect: { line: 3, says: "a private key" },
    },
    { shows: "in %post", definition: `${HEAD}%post\n    cat > /k <<'E'\n${KEY}E\n`, expect: { line: 6 } },
    {
      shows: "a key id",
      dockerfile: `FROM x\nRUN aws configure set aws_access_key_id ${AWS}\n`,
      expect: { says: "a key id of AWS" },
    },
    {
      shows: "random characters beside a secret word",
      dockerfile: "FROM x\nRUN app login --token q7Xv2mZp9LrT4wKc8NbY1sHd\n",
      expect: { certainty: "likely" },
    },
    { shows: "in a compose file", compose: `command: [app, ${AWS}]`, expect: { says: "a key id of AWS" } },
    {
      shows: "a file of an image",
      image: secrets(trace("opt/app/key.pem")),
      expect: { case: "file", says: "/opt/app/key.pem" },
    },
    { shows: "the definition inside", image: { definition: `${HEAD}%post\n    x ${AWS}\n` } },
    { shows: "nobody looked", image: { files: undefined }, expect: { certainty: "unknown" } },
  ],
});

function hitOf({ kind, range, certainty }: FoundSecret): Hit {
  return { fields: { kind }, range, certainty };
}

// One finding for each instruction: a key in pieces is one mistake.
function inRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const steps = allSteps(recipe);
  const seen = new Set<unknown>();
  return findSecrets(recipe.source.text)
    .filter((found) => found.certainty === "certain" || !isNamed(recipe, found))
    .filter(({ range, kind }) => {
      const step = steps.find((one) => one.range.start <= range.start && range.start < one.range.end);
      const key = step?.instruction ? step : `${range.start}`;
      if (seen.has(key) && kind !== "a private key") return false;
      seen.add(key);
      return true;
    })
    .map(hitOf);
}

// SEC001 names variables by their name already.
function isNamed(recipe: RecipeView, { range }: FoundSecret): boolean {
  const inside = (outer: FoundSecret["range"]) => outer.start <= range.start && range.end <= outer.end;
  const pairs = allSteps(recipe).flatMap((step) => step.pairs);
  if (pairs.some((pair) => inside(pair.range) && isSecretName(pair.name))) return true;
  return allSteps(recipe).some(({ keyword, range: outer }) => keyword === "environment" && inside(outer));
}

function inCompose({ tree, launches }: ComposeSubject): readonly Hit[] {
  const named = launches.flatMap(({ environment }) => environment).filter(({ name }) => isSecretName(name));
  return findSecrets(tree.at.source.text)
    .filter(
      ({ certainty, range }) =>
        certainty === "certain" || !named.some((one) => one.range.start <= range.start && range.end <= one.range.end),
    )
    .map(hitOf);
}

function inImage({ image }: AuditSubject): readonly Hit[] {
  const { files, config, definition } = image;
  const traces = (files?.secrets ?? []).filter(
    ({ path, removedBy }) => removedBy === undefined && !isPublishedExample(path),
  );
  const metadata = config
    ? [...config.env, ...Object.values(config.labels), ...config.entrypoint, ...config.command]
    : [];
  const texts = [...metadata, definition ?? ""].flatMap((text) => findSecrets(text, { assignments: false }));
  return [
    ...traces.map(({ kind, path, certainty }) => ({ case: "file", fields: { kind, path }, certainty })),
    ...texts.map(({ kind }) => ({ fields: { kind } })),
    ...(files ? [] : [unknown("what is in the files of the image")]),
  ];
}

export const SECRETS_IN_LAYERS = practice({
  id: "SEC006",
  title: "No secret in any layer, also where it was deleted again",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{kind} is still in layer {layer} as /{path}, though layer {by} removes it",
  hint: "build the image anew without it, and replace the secret: whoever has the image has it",
  why: "A layer that removes a file only hides it; the file is fetched with every pull.",
  source: "N2.12",
  peers: ["CIS-DI-0010"],
  controls: ["CIS 4.10", "NIST 800-190 3.1.4"],
  cases: { history: { message: "step {layer} of the history has the text of {kind}" } },
  checks: { image: hidden },
  passes: [
    { shows: "never added", image: secrets() },
    { shows: "still there: SEC002 tells it", image: secrets(trace("root/key.pem")) },
    { shows: "a test of a package", image: secrets(trace("usr/share/doc/examples/key.pem", 3)) },
  ],
  fails: [
    {
      shows: "added in layer 3, removed in layer 5",
      image: secrets(trace("root/key.pem", 4)),
      expect: { says: "a private key is still in layer 3 as /root/key.pem, though layer 5 removes it" },
    },
    {
      shows: "in the history",
      image: { history: [{ createdBy: `RUN x ${AWS}`, created: undefined, comment: "", empty: false }] },
      expect: { case: "history", says: "step 1" },
    },
    { shows: "nobody looked", image: { files: undefined, history: undefined }, expect: { certainty: "unknown" } },
  ],
});

function hidden({ image: { files, history } }: AuditSubject): readonly Hit[] {
  const traces = (files?.secrets ?? []).filter(
    ({ path, removedBy }) => removedBy !== undefined && !isPublishedExample(path),
  );
  const texts = (history ?? []).flatMap(({ createdBy, comment }, index) =>
    findSecrets(`${createdBy}\n${comment}`).map(({ kind, certainty }) => ({
      case: "history",
      fields: { kind, layer: index + 1 },
      certainty,
    })),
  );
  return [
    ...traces.map(({ kind, path, layer, removedBy, certainty }) => ({
      fields: { kind, path, layer: layer + 1, by: (removedBy ?? 0) + 1 },
      certainty,
    })),
    ...texts,
    ...(files && history ? [] : [unknown("what is in all layers and in the history")]),
  ];
}
