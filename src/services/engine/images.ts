// What the engine does with images.

import { Readable } from "node:stream";
import { hasCode } from "../../base/errors.ts";
import { type EngineClient, safeName } from "./client.ts";
import { unless } from "./containers.ts";
import { fields, list, number, text } from "./fields.ts";
import { inParallel } from "./in-parallel.ts";
import { jsonLines } from "./json-lines.ts";
import { parseImage } from "./parse-image.ts";
import { type Asked, refused } from "./reasons.ts";
import type { Engine, EngineImage } from "./types.ts";

const INSPECTIONS = 8;

export type ImageOperations = Pick<Engine, "images" | "image" | "pull" | "tag" | "load" | "removeImage">;

export function imageOperations(client: EngineClient): ImageOperations {
  const image = inspectImage(client);
  return {
    image,
    images: listImages(client, image),
    pull: pullImage(client),
    tag: tagImage(client),
    load: loadImages(client),
    removeImage: removeImage(client),
  };
}

function about(action: string, name: string): Asked {
  return { action: `${action} ${name}`, name, of: "image" };
}

function inspectImage(client: EngineClient): Engine["image"] {
  return async (reference, wait) => {
    const asked = about("look at", reference);
    const answer = await client
      .call(
        asked,
        (docker, abortSignal) => docker.getImage(safeName(reference)).inspect({ abortSignal } as object),
        wait,
      )
      .then((said: unknown) => ({ said }))
      .catch(unless("E_ENGINE_NO_IMAGE"));
    if (!answer) return undefined;
    const found = parseImage(answer.said);
    if (!found) throw client.senseless("it is no image", asked);
    return found;
  };
}

function listImages(client: EngineClient, image: Engine["image"]): Engine["images"] {
  return async (wait) => {
    const asked: Asked = { action: "list images", name: "images", of: "engine" };
    const answer: unknown = await client.call(asked, (docker, abortSignal) => docker.listImages({ abortSignal }), wait);
    if (!Array.isArray(answer)) throw client.senseless("it is no list", asked);
    const ids = new Set(list(answer).map((one) => text(fields(one)["Id"])));
    const found = await inParallel([...ids], INSPECTIONS, (id) => image(id, wait));
    return found.filter((one): one is EngineImage => one !== undefined);
  };
}

function pullImage(client: EngineClient): Engine["pull"] {
  return async (reference, { credentials, platform, onProgress } = {}, wait) => {
    const asked: Asked = { ...about("pull", reference), otherwise: "E_ENGINE_PULL" };
    const { name, tag } = splitReference(reference);
    const [server = ""] = name.split("/");
    const auth = credentials && { username: credentials.user, password: credentials.password, serveraddress: server };
    const options = { fromImage: name, tag, ...(platform !== undefined && { platform }) };
    const stream = await client.call(
      asked,
      (docker, abortSignal) => docker.createImage(auth as object, { ...options, abortSignal }),
      { ...wait, timeoutMs: Infinity },
    );
    for await (const line of lines(client, stream, asked, wait?.signal)) {
      const { current, total } = fields(line["progressDetail"]);
      const layer = text(line["id"]);
      if (layer) onProgress?.({ layer, status: text(line["status"]), done: number(current), total: number(total) });
    }
  };
}

function tagImage(client: EngineClient): Engine["tag"] {
  return async (source, reference, wait) => {
    const { name: repo, tag } = splitReference(reference);
    await client.call(
      about("tag", source),
      (docker, abortSignal) => docker.getImage(safeName(source)).tag({ repo, tag, abortSignal }),
      wait,
    );
  };
}

function loadImages(client: EngineClient): Engine["load"] {
  return async (archive, wait) => {
    const asked: Asked = { action: "load an archive", name: "the archive", of: "image", otherwise: "E_ENGINE_LOAD" };
    const stream = await client.call(
      asked,
      (docker, abortSignal) => docker.loadImage(Readable.from(archive), { abortSignal }),
      { ...wait, timeoutMs: Infinity },
    );
    const loaded: string[] = [];
    for await (const line of lines(client, stream, asked, wait?.signal)) {
      const [, names] = /^Loaded image(?: ID|\(s\))?: (.+)$/m.exec(text(line["stream"])) ?? [];
      if (names !== undefined) loaded.push(...names.trim().split(/\s*,\s*/));
    }
    return loaded;
  };
}

function removeImage(client: EngineClient): Engine["removeImage"] {
  return async (reference, wait) => {
    await client
      .call(
        about("remove", reference),
        (docker, abortSignal) => docker.getImage(safeName(reference)).remove({ abortSignal }),
        wait,
      )
      .catch(unless("E_ENGINE_NO_IMAGE"));
  };
}

/** Lines of progress; the first that says `error` ends them. */
async function* lines(
  client: EngineClient,
  stream: NodeJS.ReadableStream,
  asked: Asked,
  signal: AbortSignal | undefined,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  try {
    for await (const answer of jsonLines(stream as AsyncIterable<Buffer>, (why) => client.senseless(why, asked))) {
      const line = fields(answer);
      const problem = text(line["error"]) || text(fields(line["errorDetail"])["message"]);
      if (problem) throw refused({ status: 500, message: problem }, asked);
      yield line;
    }
  } catch (error) {
    if (signal?.aborted && !hasCode(error, "E_ENGINE_PULL")) throw signal.reason;
    throw client.failure(error, asked);
  }
}

/** `host:5000/name@sha256:…` and `host:5000/name:tag` in the two parts that engines want; without a tag: `latest`. */
export function splitReference(reference: string): { readonly name: string; readonly tag: string } {
  const at = reference.indexOf("@");
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  if (at >= 0) return { name, tag: reference.slice(at + 1) };
  return { name, tag: colon < 0 ? "latest" : named.slice(colon + 1) };
}
