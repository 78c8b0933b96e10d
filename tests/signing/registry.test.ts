// Signatures of images in a registry: berth's own bundles, read by sigstore's verifier as cosign would; and cosign's
// older form, written here with openssl. The registry is Debian's, which has no referrers API, so the tag stands in.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../catalogue/world.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { makePlace, type Place } from "./place.ts";
import { referrersApi } from "./referrers-proxy.ts";

const reason = missing();
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

describe.skipIf(reason)(`signatures in a registry${reason ? ` [${reason}]` : ""}`, () => {
  let place: Place;
  let registry: TestRegistry;
  const EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
  beforeAll(async () => {
    place = await makePlace();
    registry = await startRegistry();
    place.pemPair("ada", ...EC);
    place.pemPair("eve", "-algorithm", "ed25519");
  });
  afterAll(async () => {
    place?.close();
    await registry?.stop();
  });

  /** A fresh repository with the image; its reference and digest. */
  async function pushed(name: string) {
    const reference = `docker://${registry.host}/team/${name}:1`;
    place.tool("skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", "oci:layout:image", reference);
    const { headers } = await fetch(`${registry.url}/v2/team/${name}/manifests/1`, { headers: { accept: MANIFEST } });
    return { reference, repository: `team/${name}`, digest: headers.get("docker-content-digest") ?? "" };
  }
  async function get(repository: string, path: string, accept: string) {
    const answer = await fetch(`${registry.url}/v2/${repository}/${path}`, { headers: { accept } });
    return { status: answer.status, text: await answer.text() };
  }

  test("are good for the key that made them and no other", async () => {
    const { reference } = await pushed("one");
    expect(place.berth("verify", "--key", "ada.pub", reference).stderr).toMatch(/there is no signature/);
    place.done("sign", "--key", "ada.pem", reference);
    expect(place.done("verify", "--key", "ada.pub", reference)).toMatch(/SHA-256: [0-9a-f]{64} \(bundle\)/);
    expect(place.berth("verify", "--key", "eve.pub", reference).status).toBe(255);
    place.done("sign", "--key", "eve.pem", reference);
    for (const key of ["ada.pub", "eve.pub"]) place.done("verify", "--key", key, reference);
  });

  test("are bundles that refer to the image, as cosign looks for them", async () => {
    const { reference, repository, digest } = await pushed("bundle");
    place.done("sign", "--key", "ada.pem", reference);
    const index = JSON.parse((await get(repository, `manifests/${digest.replace(":", "-")}`, INDEX)).text);
    const [referrer] = index.manifests;
    expect(referrer.artifactType).toBe("application/vnd.dev.sigstore.bundle.v0.3+json");
    const manifest = JSON.parse((await get(repository, `manifests/${referrer.digest}`, MANIFEST)).text);
    expect(manifest).toMatchObject({
      artifactType: referrer.artifactType,
      config: { mediaType: "application/vnd.oci.empty.v1+json" },
      subject: { mediaType: MANIFEST, digest },
      annotations: { "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1" },
    });
    const bundle = JSON.parse((await get(repository, `blobs/${manifest.layers[0].digest}`, "*/*")).text);
    const nothing = { mediaType: "", tlogs: [], ctlogs: [], timestampAuthorities: [], certificateAuthorities: [] };
    const { createPublicKey } = await import("node:crypto");
    const key = createPublicKey(readFileSync(place.at("ada.pub")));
    const trust = toTrustMaterial(nothing, () => ({ publicKey: key, validFor: () => true }));
    const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    expect(verifier.verify(toSignedEntity(bundleFromJSON(bundle)))).toMatchObject({ key });
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
    expect(statement.subject).toEqual([{ digest: { sha256: digest.slice(7) } }]);
  });

  test("do not follow a tag that was moved to another image", async () => {
    const { reference, digest, repository } = await pushed("moved");
    place.done("sign", "--key", "ada.pem", reference);
    const { text } = await get(repository, "manifests/1", MANIFEST);
    await put(repository, "manifests/1", `${text.trimEnd()}\n`, MANIFEST);
    expect(place.berth("verify", "--key", "ada.pub", reference).status).toBe(255);
    place.done("verify", "--key", "ada.pub", `docker://${registry.host}/${repository}@${digest}`);
  });

  test("of another image do not count when they are put beside this one", async () => {
    const [one, two] = [await pushed("stolen"), await pushed("thief")];
    const { text } = await get(two.repository, "manifests/1", MANIFEST);
    await put(two.repository, "manifests/1", `${text.trimEnd()} `, MANIFEST);
    place.done("sign", "--key", "ada.pem", one.reference);
    const from = `docker://${registry.host}/${one.repository}`;
    const to = `docker://${registry.host}/${two.repository}`;
    const index = await get(one.repository, `manifests/${one.digest.replace(":", "-")}`, INDEX);
    const [referrer] = JSON.parse(index.text).manifests;
    const tls = ["--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false"];
    place.tool("skopeo", ...tls, `${from}@${referrer.digest}`, `${to}@${referrer.digest}`);
    const moved = createHash("sha256").update(`${text.trimEnd()} `).digest("hex");
    await put(two.repository, `manifests/sha256-${moved}`, index.text, INDEX);
    const ran = place.berth("verify", "--key", "ada.pub", two.reference);
    expect(ran.stderr).toMatch(/it is of another image/);
    expect(ran.status).toBe(255);
  });

  test("in cosign's older form are read", async () => {
    const { reference, digest, repository } = await pushed("classic");
    const identity = { "docker-reference": `${registry.host}/${repository}` };
    const image = { "docker-manifest-digest": digest };
    const type = "cosign container image signature";
    const payload = JSON.stringify({ critical: { identity, image, type }, optional: null });
    place.tool("sh", "-c", `printf %s '${payload}' >payload && openssl dgst -sha256 -sign ada.pem -out sig payload`);
    await putSignature(repository, digest, payload, readFileSync(place.at("sig")).toString("base64"));
    expect(place.done("verify", "--key", "ada.pub", reference)).toMatch(/\(simple-signing\)/);
    expect(place.berth("verify", "--key", "eve.pub", reference).status).toBe(255);
    await putSignature(repository, digest, payload.replace(type, "another"), "AAAA");
    expect(place.berth("verify", "--key", "ada.pub", reference).status).toBe(255);
  });

  test("need a key that was given", async () => {
    const { reference } = await pushed("nokey");
    expect(place.berth("sign", reference)).toMatchObject({ status: 1 });
    expect(place.berth("verify", reference)).toMatchObject({ status: 1 });
    expect(place.berth("sign", "--key", "ada.pub", reference).stderr).toMatch(/there is no private key in it/);
  });

  test("go through the referrers API where a registry has one, and leave no tag", async () => {
    const api = await referrersApi(registry.url);
    try {
      await pushed("api");
      const reference = `docker://${api.host}/team/api:1`;
      const berth = (...words: string[]) => place.started(...words);
      expect((await berth("sign", "--key", "ada.pem", reference)).status).toBe(0);
      expect((await berth("sign", "--key", "eve.pem", reference)).status).toBe(0);
      for (const key of ["ada.pub", "eve.pub"])
        expect((await berth("verify", "--key", key, reference)).stdout).toMatch(/\(bundle\)/);
      expect(JSON.parse((await get("team/api", "tags/list", "*/*")).text).tags).toEqual(["1"]);
      // The registry behind it lists nothing.
      expect(place.berth("verify", "--key", "ada.pub", `docker://${registry.host}/team/api:1`).status).toBe(255);
    } finally {
      api.close();
    }
  });

  async function putSignature(repository: string, digest: string, payload: string, signature: string) {
    const [config, layer] = [await putBlob(repository, "{}"), await putBlob(repository, payload)];
    const annotations = { "dev.cosignproject.cosign/signature": signature };
    const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
    const manifest = {
      ...{ schemaVersion: 2, mediaType: MANIFEST },
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [{ mediaType, ...layer, annotations }],
    };
    await put(repository, `manifests/${digest.replace(":", "-")}.sig`, JSON.stringify(manifest), MANIFEST);
  }

  async function putBlob(repository: string, content: string) {
    const begun = await fetch(`${registry.url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const location = new URL(begun.headers.get("location") ?? "", registry.url);
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    location.searchParams.set("digest", digest);
    expect((await fetch(location, { method: "PUT", body: content })).status).toBe(201);
    return { digest, size: Buffer.byteLength(content) };
  }

  async function put(repository: string, path: string, body: string, type: string) {
    const headers = { "content-type": type };
    const answer = await fetch(`${registry.url}/v2/${repository}/${path}`, { method: "PUT", body, headers });
    expect(answer.status).toBe(201);
  }
});
