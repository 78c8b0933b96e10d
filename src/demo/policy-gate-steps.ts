// The last steps of the policy's demo: the site's gateway judges the image before anybody runs it, staff release it, and an image
// that went around the gateway is found. Each ends in proofs.

import { generateKeyPairSync } from "node:crypto";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunningGateway } from "./gateway-server.ts";
import { BAD, firstLine, lastLine, type RecipeScene } from "./policy-recipe-steps.ts";
import { equals, holds } from "./proof.ts";
import type { Stage } from "./stage.ts";
import { type Outcome, succeeded } from "./steps.ts";

export interface GateScene extends RecipeScene {
  readonly gateway: RunningGateway;
}

const NAME = "alice/moon:1";
/** The repository of the site's registry that the image is pushed to. */
export const REPOSITORY = "alice/moon";
const REASON = "for the eclipse of Tuesday; alice builds it anew";
const KEYS = { secret: "verdicts.key", open: "verdicts.pub" } as const;

/** The policy of the demo's gateway; makes the keys of its verdicts. */
export async function gatePolicy(stage: Stage): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const path = join(stage.folder, KEYS.secret);
  await writeFile(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  await writeFile(join(stage.folder, KEYS.open), publicKey.export({ type: "spki", format: "pem" }));
  if (stage.uid !== process.getuid?.()) await chown(path, stage.uid, stage.uid);
  return `  policy: {judge: enforce, profile: generic, key: ${KEYS.secret}}
advisories: {path: cache/advisories}
`;
}

/** Alice's pull ends in quarantine. */
export async function quarantine({ gateway }: GateScene): Promise<Outcome> {
  const pull = await gateway.as("alice", ["gateway", "pull", NAME]);
  const lookup = await gateway.as("alice", ["shifterimg", "lookup", NAME]);
  const show = await gateway.as("carol", ["gateway", "show", "--all", NAME]);
  return {
    note: wordsOf(pull.stderr),
    proofs: [
      equals("alice's pull fails", pull.status, 1),
      holds(
        "she is told that it is in quarantine, and why",
        /quarantine.*private key/is.test(pull.stderr),
        pull.stderr,
      ),
      equals("no job finds the image", lookup.status, 1),
      succeeded("berth gateway show --all shows the verdict to carol, who looks after the images", show),
      holds("refused, by which practices", /refused by the profile generic/.test(show.stdout), show.stdout),
      holds("the key in the layer among the reasons", /error SEC006: /.test(show.stdout), show.stdout),
      holds("and what to do about it", /build the image anew without it/.test(show.stdout), show.stdout),
    ],
  };
}

/** Staff take it upon themselves, with a reason that stays. */
export async function release({ gateway }: GateScene): Promise<Outcome> {
  const bob = await gateway.as("bob", ["gateway", "release", NAME, "--reason", "I need it"]);
  const carol = await gateway.as("carol", ["gateway", "release", NAME, "--reason", REASON]);
  const pull = await gateway.as("alice", ["gateway", "pull", NAME]);
  const lookup = await gateway.as("alice", ["shifterimg", "lookup", NAME]);
  const show = await gateway.as("alice", ["gateway", "show", NAME]);
  return {
    note: firstLine(carol.stdout),
    proofs: [
      equals("bob may not release it", bob.status, 1),
      succeeded("carol releases it with a reason", carol),
      succeeded("now alice's pull succeeds", pull),
      holds("and jobs find the image", /^[0-9a-f]{64}\n$/.test(lookup.stdout), lookup.stdout + lookup.stderr),
      holds("the verdict says who released it and why", show.stdout.includes(`: ${REASON}`), show.stdout),
    ],
  };
}

/** A copy that nobody judged, under a name that does not say what it is. */
export async function inventory({ stage }: GateScene): Promise<Outcome> {
  const folder = join(stage.folder, "projects/old");
  await mkdir(folder, { recursive: true });
  if (stage.uid !== process.getuid?.()) await chown(folder, stage.uid, stage.uid);
  const stray = "projects/old/results.dat";
  const made = await stage.berth(["pull", stray, `oci:${BAD}`]);
  const listed = await stage.berth(["inventory", "--allowed", "images", "projects"]);
  const judged = await stage.berth(["gate", "judge", "--key", KEYS.secret, stray]);
  const again = await stage.berth(["inventory", "--allowed", "images", "--verify-key", KEYS.open, "projects"]);
  return {
    note: lastLine(again.stderr).replace(/^\w+: +/, ""),
    proofs: [
      succeeded("an image file lies where nobody looks", made),
      equals("berth inventory ends with 1: it may not lie there", listed.status, 1),
      holds("it is found by what is in it", /^sif .* none .*results\.dat$/m.test(listed.stdout), listed.stdout),
      equals("berth gate judge refuses it", judged.status, 1),
      holds("and the inventory knows", /^sif .* refused .*results\.dat$/m.test(again.stdout), again.stdout),
    ],
  };
}

function wordsOf(said: string): string {
  const lines = said.trim().split("\n");
  return (lines.find((line) => /^(FATAL|WARNING)/.test(line)) ?? lines.at(-1) ?? "").replace(/^\w+: +/, "");
}
