// Signatures beside images of a registry, made as cosign's older form and notation's specification say, for tests that read them.

import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestRegistry } from "../support/registry.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const SCHEME = "io.cncf.notary.signingScheme";

/** An image as signatures name it. */
export interface Signed {
  readonly repository: string;
  readonly digest: string;
}

/** Puts a signature in cosign's older form beside the image. */
export async function signClassic(registry: TestRegistry, { repository, digest }: Signed, key: KeyObject) {
  const critical = {
    identity: { "docker-reference": `${registry.host}/${repository}` },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  const payload = JSON.stringify({ critical, optional: null });
  const signature = sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", Buffer.from(payload), key);
  const layer = {
    mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
    ...(await putBlob(registry, repository, payload)),
    annotations: { "dev.cosignproject.cosign/signature": signature.toString("base64") },
  };
  await putManifest(registry, repository, `${digest.replace(":", "-")}.sig`, {
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      ...(await putBlob(registry, repository, "{}")),
    },
    layers: [layer],
  });
}

/** Who signs in the form of notation. */
export interface NotationSigner {
  readonly key: KeyObject;
  /** The signer's first. */
  readonly chain: readonly X509Certificate[];
  /** File of the authority. */
  readonly authority: string;
}

/** Makes an authority, and a signer that it vouches for. */
export function notationSigner(dir: string): NotationSigner {
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: dir, stdio: "pipe" });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...ec, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Site CA");
  openssl("req", ...ec, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=builder/O=site");
  writeFileSync(join(dir, "ext"), "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n");
  const ca = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
  openssl("x509", "-req", "-in", "leaf.csr", ...ca, "-days", "20", "-extfile", "ext", "-out", "leaf.pem");
  const read = (name: string) => readFileSync(join(dir, name));
  const chain = ["leaf.pem", "ca.pem"].map((name) => new X509Certificate(read(name)));
  return { key: createPrivateKey(read("leaf.key")), chain, authority: join(dir, "ca.pem") };
}

/** Puts a signature in the form of notation (JWS) beside the image, under the tag that stands in for the referrers API. */
export async function signNotation(registry: TestRegistry, { repository, digest }: Signed, signer: NotationSigner) {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const cty = "application/vnd.cncf.notary.payload.v1+json";
  const head = part({ alg: "ES256", cty, crit: [SCHEME], [SCHEME]: "notary.x509" });
  const payload = part({ targetArtifact: { mediaType: MANIFEST, digest, size: 7 } });
  const form = { key: signer.key, dsaEncoding: "ieee-p1363" } as const;
  const signature = sign("sha256", Buffer.from(`${head}.${payload}`), form).toString("base64url");
  const x5c = signer.chain.map(({ raw }) => raw.toString("base64"));
  const envelope = JSON.stringify({ payload, protected: head, header: { x5c }, signature });
  const artifactType = "application/vnd.cncf.notary.signature";
  const referrer = await putManifest(registry, repository, undefined, {
    artifactType,
    config: { mediaType: artifactType, ...(await putBlob(registry, repository, "{}")) },
    layers: [{ mediaType: "application/jose+json", ...(await putBlob(registry, repository, envelope)) }],
    subject: { mediaType: MANIFEST, digest, size: 7 },
  });
  const manifests = [{ mediaType: MANIFEST, ...referrer, artifactType }];
  await put(
    registry,
    repository,
    digest.replace(":", "-"),
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }),
    INDEX,
  );
}

async function putManifest(registry: TestRegistry, repository: string, tag: string | undefined, parts: object) {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, ...parts });
  const digest = digestOf(body);
  await put(registry, repository, tag ?? digest, body, MANIFEST);
  return { digest, size: Buffer.byteLength(body) };
}

async function putBlob(registry: TestRegistry, repository: string, content: string) {
  const begun = await fetch(`${registry.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const location = new URL(begun.headers.get("location") ?? "", registry.url);
  const digest = digestOf(content);
  location.searchParams.set("digest", digest);
  await taken(fetch(location, { method: "PUT", body: content }));
  return { digest, size: Buffer.byteLength(content) };
}

async function put(registry: TestRegistry, repository: string, name: string, body: string, type: string) {
  const path = `${registry.url}/v2/${repository}/manifests/${name}`;
  await taken(fetch(path, { method: "PUT", body, headers: { "content-type": type } }));
}

async function taken(asked: Promise<Response>): Promise<void> {
  const answer = await asked;
  if (answer.status !== 201) throw new Error(`${answer.url} answers ${answer.status}: ${await answer.text()}`);
}

function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
