// A registry with a referrers API (distribution-spec "Listing Referrers"), which Debian's registry does not have yet: it
// stands before that registry, passes everything on, and keeps account of the manifests with a subject.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

const INDEX = "application/vnd.oci.image.index.v1+json";

/** The API in front of `upstream` (a URL). */
export async function referrersApi(upstream: string) {
  const referrers = new Map<string, object[]>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    const asked = /^\/v2\/(.+)\/referrers\/(sha256:[0-9a-f]{64})$/.exec(path);
    if (asked) {
      const manifests = referrers.get(`${asked[1]}@${asked[2]}`) ?? [];
      response.setHeader("content-type", INDEX);
      return response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    }
    const sent = await buffer(request);
    const body = sent.length > 0 ? { body: new Uint8Array(sent) } : {};
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const init = { method: request.method ?? "GET", headers, redirect: "manual", ...body } as const;
    const answer = await fetch(new URL(path, upstream), init);
    const repository = /^\/v2\/(.+)\/manifests\/[^/]+$/.exec(path)?.[1];
    if (request.method === "PUT" && repository && answer.status === 201) note(repository, sent);
    const { port } = server.address() as AddressInfo;
    for (const [name, value] of answer.headers) {
      // Uploads must go on here.
      response.setHeader(name, value.replaceAll(new URL(upstream).host, `127.0.0.1:${port}`));
    }
    response.removeHeader("transfer-encoding");
    response.writeHead(answer.status);
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  function note(repository: string, bytes: Buffer): void {
    const { mediaType, artifactType, annotations, subject } = JSON.parse(bytes.toString());
    if (!subject) return;
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const key = `${repository}@${subject.digest}`;
    const entry = { mediaType, digest, size: bytes.length, artifactType, annotations };
    referrers.set(key, [...(referrers.get(key) ?? []), entry]);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
