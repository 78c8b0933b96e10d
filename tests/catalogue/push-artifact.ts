// Puts into a registry what is no container image: an ORAS artifact of one text file.

import { createHash } from "node:crypto";

/** Pushes an artifact to `host`/`name`:latest over the distribution protocol. */
export async function pushArtifact(host: string, name: string): Promise<void> {
  const config = await pushBlob(host, name, "application/vnd.oci.empty.v1+json", "{}");
  const layer = await pushBlob(host, name, "text/plain", "no image\n");
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const artifactType = "application/vnd.example.note";
  const body = JSON.stringify({ schemaVersion: 2, mediaType, artifactType, config, layers: [layer] });
  await send(`http://${host}/v2/${name}/manifests/latest`, "PUT", body, mediaType);
}

async function pushBlob(host: string, name: string, mediaType: string, text: string) {
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const upload = await send(`http://${host}/v2/${name}/blobs/uploads/`, "POST", "", "application/octet-stream");
  const target = new URL(upload.headers.get("location") ?? "", `http://${host}`);
  target.searchParams.set("digest", digest);
  await send(target.href, "PUT", text, "application/octet-stream");
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

async function send(url: string, method: string, body: string, type: string): Promise<Response> {
  const response = await fetch(url, { method, body, headers: { "content-type": type } });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}
