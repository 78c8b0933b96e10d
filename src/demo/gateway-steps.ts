// The steps of the gateway's demo: two people and an image that only one of them may read.

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatSize } from "../base/size.ts";
import type { MadeImage } from "./demo-image.ts";
import type { GatedRegistry } from "./gateway-registry.ts";
import { IMAGES, PEOPLE, type RunningGateway } from "./gateway-server.ts";
import type { Ran } from "./process.ts";
import { equals, holds, type Proof } from "./proof.ts";
import type { Stage } from "./stage.ts";
import { type Outcome, succeeded } from "./steps.ts";
import { until } from "./until.ts";

export interface GatewayScene {
  readonly image: MadeImage;
  readonly registry: GatedRegistry;
  readonly stage: Stage;
  readonly gateway: RunningGateway;
}

const NAME = "team/secret:1";

/** It answers as its monitoring and Shifter's programs expect. */
export async function greet({ gateway, stage }: GatewayScene, signal: AbortSignal): Promise<Outcome> {
  const get = async (path: string) => await fetch(`${gateway.url}${path}`, { signal });
  const [shifter, ready, api] = await Promise.all([get("/"), get("/readyz"), get("/v2/openapi.json")]);
  return {
    note: `berth serve at ${gateway.url}, run by ${stage.who}`,
    proofs: [
      equals("it greets as Shifter's gateway does", await shifter.text(), "{lookup,pull,expire,list}"),
      equals("it says that it is ready", ready.status, 200),
      equals("it describes its own API", api.status, 200),
    ],
  };
}

/** Alice pulls; while the registry is held back, the queue is looked at by both. */
export async function pullPrivately(scene: GatewayScene, signal: AbortSignal): Promise<Outcome> {
  const { gateway, registry, image } = scene;
  const release = registry.hold();
  const lines: string[] = [];
  const pulling = gateway.as("alice", ["gateway", "pull", NAME], { onLine: (line) => lines.push(line) });
  const queue = await untilInQueue(gateway, "alice", signal).finally(release);
  const [others, ran] = [await queueOf(gateway, "bob"), await pulling];
  const blobs = registry.requests().filter(({ path }) => path.includes("/blobs/"));
  const wanted = image.layers.map(({ descriptor }) => descriptor.digest);
  const names = await readdir(join(scene.stage.folder, IMAGES));
  return {
    note: lines.map((line) => line.replace(/^INFO: +/, "")).join("; "),
    proofs: [
      holds("alice saw it in the queue while it was under way", /^PULLING .*secret/m.test(queue), queue),
      holds("bob did not: its name is a secret", !others.includes(NAME), others),
      succeeded("alice's pull succeeds", ran),
      holds(
        "its progress was shown",
        lines.some((line) => line.includes(NAME)),
        lines.join("; "),
      ),
      holds(
        "each layer was fetched exactly once",
        wanted.every((digest) => blobs.filter(({ path }) => path.endsWith(digest)).length === 1),
        blobs.map(({ path }) => path).join(" "),
      ),
      ...(await fileProofs(scene, names)),
    ],
  };
}

async function fileProofs({ stage }: GatewayScene, names: readonly string[]): Promise<readonly Proof[]> {
  const file = names.find((name) => name.endsWith(".squashfs"));
  const [facts, meta] = file
    ? await Promise.all([
        stat(join(stage.folder, IMAGES, file)),
        readFile(join(stage.folder, IMAGES, file.replace(/squashfs$/, "meta")), "utf8"),
      ])
    : [undefined, ""];
  const mode = (facts?.mode ?? 0) & 0o777;
  return [
    equals(`one file of ${formatSize(facts?.size ?? 0)} is published, for root's eyes only`, mode.toString(8), "600"),
    holds("beside it lies the .meta that Shifter's runtime reads", meta.startsWith("FORMAT: squashfs\n"), meta),
    holds("which lets in nobody but alice", meta.includes(`USERACL: ${PEOPLE.alice}\n`), meta),
  ];
}

/** What was pulled a moment ago costs the registry nothing. */
export async function pullAgainAtOnce({ gateway, registry }: GatewayScene): Promise<Outcome> {
  const before = registry.requests().length;
  const ran = await gateway.as("alice", ["shifterimg", "pull", NAME]);
  const asked = registry.requests().length - before;
  return {
    note: `${asked} requests to the registry`,
    proofs: [
      succeeded("shifterimg pull succeeds", ran),
      holds(
        "it says so as Shifter's program does",
        /Pulling Image: docker:\S+, status: READY\n$/.test(ran.stdout),
        ran.stdout,
      ),
      equals("the registry is not asked again", asked, 0),
    ],
  };
}

/** Bob may not know that the image exists, and his own pull is refused by the registry. */
export async function refuseBob({ gateway }: GatewayScene): Promise<Outcome> {
  const [list, lookup, show] = [
    await gateway.as("bob", ["shifterimg", "images"]),
    await gateway.as("bob", ["shifterimg", "lookup", NAME]),
    await gateway.as("bob", ["gateway", "show", NAME]),
  ];
  const pull = await gateway.as("bob", ["gateway", "pull", NAME]);
  return {
    note: `${lastLine(pull)}`,
    proofs: [
      equals("bob's list is empty", list.stdout, ""),
      equals("his lookup ends with 1, without a word", `${lookup.status} ${lookup.stdout}${lookup.stderr}`, "1 "),
      holds(
        "asked for it by name, the gateway knows no such image",
        show.stderr.includes("there is no image"),
        show.stderr,
      ),
      holds(
        "his own pull fails, and says why",
        pull.status === 1 && /log ?in|denied|credential|authori/i.test(pull.stderr),
        pull.stderr,
      ),
    ],
  };
}

/** Alice lets Bob in. */
export async function share(scene: GatewayScene): Promise<Outcome> {
  const { gateway, stage } = scene;
  const early = await gateway.as("bob", ["gateway", "acl", NAME, "--user", String(PEOPLE.bob)]);
  const acl = await gateway.as("alice", ["shifterimg", "--user", String(PEOPLE.bob), "acl", NAME]);
  const [list, lookup] = [
    await gateway.as("bob", ["shifterimg", "images"]),
    await gateway.as("bob", ["shifterimg", "lookup", NAME]),
  ];
  const folder = join(stage.folder, IMAGES);
  const meta = (await readdir(folder)).find((name) => name.endsWith(".meta"));
  const text = meta === undefined ? "" : await readFile(join(folder, meta), "utf8");
  return {
    note: acl.stdout.trim().split("\n").join(", ").replaceAll(/ +/g, " "),
    proofs: [
      equals("bob cannot let himself in", early.status, 1),
      succeeded("alice puts bob on the list", acl),
      holds("now it stands in bob's list", list.stdout.includes(NAME), list.stdout),
      holds("and his lookup finds its id", /^[0-9a-f]{64}\n$/.test(lookup.stdout), lookup.stdout),
      holds("the .meta on the nodes lets in both", aclOf(text) === `${PEOPLE.alice},${PEOPLE.bob}`, text),
    ],
  };
}

/** Removing it is for its owner and for administrators. */
export async function expire({ gateway, stage }: GatewayScene, signal: AbortSignal): Promise<Outcome> {
  const bob = await gateway.as("bob", ["shifterimg", "expire", NAME]);
  const carol = await gateway.as("carol", ["shifterimg", "expire", NAME]);
  const left = await untilEmpty(join(stage.folder, IMAGES), signal);
  const lookup = await gateway.as("alice", ["shifterimg", "lookup", NAME]);
  return {
    note: lastLine(bob),
    proofs: [
      equals("bob's wish is refused", bob.status, 1),
      succeeded("carol, an administrator, expires it", carol),
      equals("its files are gone", left.join(" "), ""),
      equals("and nobody finds it any more", lookup.status, 1),
    ],
  };
}

/** The server ends when it is told to, and its log holds no secret. */
export async function stopServing({ gateway }: GatewayScene): Promise<Outcome> {
  const status = await gateway.stop();
  const log = gateway.log();
  return {
    note: `${log.length} lines of log`,
    proofs: [
      equals("it ends gracefully", status, 0),
      holds("its log has no password in it", !log.some((line) => /wonder(%3A|:)land/.test(line)), "a password"),
    ],
  };
}

// The list's own order does not matter.
function aclOf(meta: string): string {
  const ids = /^USERACL: (.*)$/m.exec(meta)?.[1]?.split(",") ?? [];
  return ids.sort().join(",");
}

async function queueOf(gateway: RunningGateway, person: "alice" | "bob"): Promise<string> {
  return (await gateway.as(person, ["shifterimg", "queue"])).stdout;
}

async function untilInQueue(gateway: RunningGateway, person: "alice", signal: AbortSignal): Promise<string> {
  return await until(
    () => queueOf(gateway, person),
    (queue) => new RegExp(`^PULLING +${NAME}$`, "m").test(queue),
    { signal },
  );
}

async function untilEmpty(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  return await until(
    () => readdir(folder),
    (names) => names.length === 0,
    { signal },
  );
}

function lastLine({ stderr }: Ran): string {
  const lines = stderr.trim().split("\n");
  return (lines.find((line) => /^(FATAL|WARNING)/.test(line)) ?? lines.at(-1) ?? "").replace(/^\w+: +/, "");
}
