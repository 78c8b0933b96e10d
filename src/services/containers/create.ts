// Makes and starts a container of an image by its name: the POST of the interface. Labels say whose it is before anything
// else happens, so that a server that dies in between finds it again.

import { type BerthError, hasCode, reasonOf } from "../../base/errors.ts";
import type { ContainerPlan, EngineImage } from "../engine/types.ts";
import { checkInArchive } from "../idle/check-in-token.ts";
import { fail } from "./errors.ts";
import { randomName } from "./names.ts";
import { observe } from "./observe.ts";
import { IMAGE_LABEL, type SpinParts, spinLabels } from "./parts.ts";

const NAME_TRIES = 5;
/** Podman chooses free ports when a container is made, and takes them when it starts; in between they are anybody's. */
const PORT_TRIES = 5;
/** What `docker stop` waits, and spin-docker with it. */
export const GRACE_MS = 10_000;

/** Starts a container; answers its id. @throws E_SPIN_NO_IMAGE, E_SPIN_NO_PORTS, E_SPIN_CREATE, E_SPIN_START */
export async function createContainer(parts: SpinParts, asked: string): Promise<string> {
  const image = await findImage(parts, asked);
  if (image.exposed.length === 0) throw fail("E_SPIN_NO_PORTS");
  for (let attempt = 1; ; attempt++)
    try {
      const id = await make(parts, asked, image);
      return await parts.turns.take(id, () => start(parts, id));
    } catch (cause) {
      if (attempt === PORT_TRIES || !hasCode(causeOf(cause), "E_ENGINE_PORT_TAKEN")) throw cause;
    }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

// What cannot be started is gone afterwards.
async function start(parts: SpinParts, id: string): Promise<string> {
  const { engine, signal } = parts;
  try {
    await engine.putArchive(id, "/", checkInArchive(parts.tokens.of({ id }), parts.way()), { signal });
    await engine.start(id, { signal });
  } catch (cause) {
    await engine.remove(id, { force: true }).catch((error: unknown) => parts.log.warn(reasonOf(error)));
    throw fail("E_SPIN_START", { id, reason: reasonOf(cause) }, { cause });
  }
  await observe(parts, id, await engine.container(id, { signal }));
  return id;
}

async function findImage({ engine, signal }: SpinParts, asked: string): Promise<EngineImage> {
  // What cannot be a name is not asked for: it would become part of a path.
  const image =
    /^[\w][\w.\-/:@]{0,511}$/.test(asked) && !asked.includes("..")
      ? await engine.image(asked, { signal }).catch((cause: unknown) => {
          throw fail("E_SPIN_CREATE", { image: asked, reason: reasonOf(cause) }, { cause });
        })
      : undefined;
  if (!image) throw fail("E_SPIN_NO_IMAGE", { image: asked });
  return image;
}

async function make(parts: SpinParts, asked: string, image: EngineImage): Promise<string> {
  for (let attempt = 0; ; attempt++)
    try {
      return await parts.engine.create(planOf(parts.site, randomName(attempt), asked, image), { signal: parts.signal });
    } catch (cause) {
      if (hasCode(cause, "E_ENGINE_NAME_TAKEN") && attempt < NAME_TRIES) continue;
      throw fail("E_SPIN_CREATE", { image: asked, reason: reasonOf(cause) }, { cause }) satisfies BerthError;
    }
}

function planOf(site: string, name: string, asked: string, image: EngineImage): ContainerPlan {
  const none = {
    ...{ env: [], groups: [], ports: [], expose: [], mounts: [], tmpfs: {}, networks: [], extraHosts: [] },
    ...{ dns: [], dnsSearch: [], dnsOptions: [], capAdd: [], capDrop: [], securityOpt: [], devices: [] },
    ...{ deviceCgroupRules: [], gpus: [], ulimits: {}, sysctls: {} },
  };
  return {
    ...none,
    name,
    // By its id: the name may come to mean another image at any moment.
    image: image.id,
    labels: { ...spinLabels(site), [IMAGE_LABEL]: asked },
    ...{ tty: false, stdin: false, init: false, readOnly: false, privileged: false, publishAll: true },
    restart: { when: "no" },
    stopGraceMs: GRACE_MS,
  };
}
