// The list of all images of a system. Shifter's form has no pages, and its client needs the length before the first byte;
// so the answer is made page by page, letting other requests through in between, and sent as a whole.

import { setImmediate as others } from "node:timers/promises";
import type { FastifyReply } from "fastify";
import type { Desk, Principal } from "../../types.ts";
import { writeImage } from "./wire-image.ts";

const PAGE = 2000;

/** Sends what the caller may read. */
export async function sendImageList(
  desk: Desk,
  asked: { readonly who: Principal | undefined; readonly system: string; readonly reply: FastifyReply },
  labels: boolean,
): Promise<undefined> {
  const parts: Buffer[] = [Buffer.from('{"list":[')];
  let after: string | undefined;
  do {
    const page = await desk.list(asked.who, { system: asked.system, limit: PAGE, after });
    const text = page.items.map((image) => writeImage(image, labels)).join(",");
    if (text !== "") parts.push(Buffer.from(parts.length > 1 ? `,${text}` : text));
    after = page.next;
    await others();
  } while (after !== undefined);
  parts.push(Buffer.from("]}"));
  asked.reply.header("content-type", "application/json").send(Buffer.concat(parts));
}
