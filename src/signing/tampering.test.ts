import { open, readFile, truncate, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BerthError, hasCode } from "../base/errors.ts";
import { DATA_OFFSET, DESCRIPTOR_BYTES, DESCRIPTORS_OFFSET } from "../image/sif/layout.ts";
import { openPgp, type PgpSecretKey } from "./pgp.ts";
import { signSif } from "./sign-sif.ts";
import { NOW, plainPair, quickKey, workFolder } from "./testing.ts";
import { type TrustedKeys, verifySif } from "./verify-sif.ts";

type Work = Awaited<ReturnType<typeof workFolder>>;

/** The code of what is wrong with a file, `undefined` when nothing is. */
async function fault(path: string, keys: TrustedKeys, now = NOW): Promise<string | undefined> {
  try {
    const findings = await verifySif(path, { keys, now });
    return findings.find(({ failure }) => failure)?.failure?.code;
  } catch (error) {
    if (error instanceof BerthError) return error.code;
    throw error;
  }
}

async function patch(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, offset);
  await file.close();
}

const at = (slot: number, field = 0) => DESCRIPTORS_OFFSET + slot * DESCRIPTOR_BYTES + field;

describe("a signed SIF file", () => {
  let work: Work;
  let key: PgpSecretKey;
  let other: PgpSecretKey;
  let keys: TrustedKeys;
  const plain = plainPair();
  beforeAll(async () => {
    work = await workFolder();
    [key, other] = await Promise.all([quickKey("ada"), quickKey("eve")]);
    keys = { pgp: [key.toPublic()], plain: [plain.pub] };
  });
  afterAll(() => work.remove());

  async function signed(kind: "pgp" | "plain" = "pgp"): Promise<string> {
    const path = await work.file();
    const signer = kind === "pgp" ? ({ kind, key } as const) : ({ kind, key: plain.priv } as const);
    await signSif(path, { key: signer, now: NOW });
    return path;
  }

  test.each(["pgp", "plain"] as const)("is good with the key it was signed with (%s)", async (kind) => {
    const findings = await verifySif(await signed(kind), { keys, now: NOW });
    expect(findings.map(({ failure, verified }) => [failure, verified.map(({ id }) => id)])).toEqual([
      [undefined, [1, 2, 3]],
    ]);
  });

  test("may be signed again, by others too", async () => {
    const path = await signed();
    await signSif(path, { key: { kind: "pgp", key: other }, now: NOW });
    await signSif(path, { key: { kind: "plain", key: plain.priv }, now: NOW });
    const all = { pgp: [key.toPublic(), other.toPublic()], plain: [plain.pub] };
    const findings = await verifySif(path, { keys: all, now: NOW });
    expect(findings.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
    expect(await fault(path, keys)).toBe("E_SIGNER_UNKNOWN");
  });

  test("may have one object signed alone", async () => {
    const path = await work.file();
    await signSif(path, { key: { kind: "pgp", key }, object: 2, now: NOW });
    expect(await fault(path, keys)).toBe("E_OBJECT_UNSIGNED");
    const [finding] = await verifySif(path, { keys, object: 2, now: NOW });
    expect(finding?.failure).toBeUndefined();
  });

  test.each([
    ["the launch line", 5, "E_HEADER_CHANGED"],
    ["the UUID", 50, "E_HEADER_CHANGED"],
    ["the type of an object", at(1), "E_DESCRIPTOR_CHANGED"],
    ["a time of creation", at(0, 41), "E_DESCRIPTOR_CHANGED"],
    ["an owner", at(2, 57), "E_DESCRIPTOR_CHANGED"],
    ["a name", at(1, 73), "E_DESCRIPTOR_CHANGED"],
    ["a partition's kind of file system", at(2, 201), "E_DESCRIPTOR_CHANGED"],
    ["the link of an object", at(0, 13), "E_DESCRIPTOR_CHANGED"],
    ["a definition", DATA_OFFSET, "E_OBJECT_CHANGED"],
    ["the partition", DATA_OFFSET + 6000, "E_OBJECT_CHANGED"],
  ])("is refused after %s changed", async (_, offset, code) => {
    for (const kind of ["pgp", "plain"] as const) {
      const path = await signed(kind);
      const byte = (await readFile(path))[offset] ?? 0;
      // Type and file system 3 and 2 are known, so that the reader's own checks do not hide the signature's.
      await patch(path, offset, Buffer.of(byte === 6 ? 7 : byte ^ 3));
      expect(await fault(path, keys)).toBe(code);
    }
  });

  test("is refused after an object was added to its group, or without a group", async () => {
    for (const [group, code] of [
      [0xf0000001, "E_OBJECT_UNSIGNED"],
      [0xf0000000, "E_SIF_UNGROUPED"],
      [0xf0000002, "E_SIF_UNSIGNED"],
    ] as const) {
      const path = await signed();
      const copy = Buffer.from((await readFile(path)).subarray(at(1), at(2)));
      copy.writeUInt32LE(9, 5);
      copy.writeUInt32LE(group, 9);
      await patch(path, at(8), copy);
      expect(await fault(path, keys)).toBe(code);
    }
  });

  test("is refused after an object was removed", async () => {
    const path = await signed();
    await patch(path, at(1, 4), Buffer.of(0));
    expect(await fault(path, keys)).toBe("E_OBJECT_MISSING");
  });

  test("is refused after two objects exchanged their contents", async () => {
    const path = await signed();
    const bytes = await readFile(path);
    const [one, two] = [bytes.readBigInt64LE(at(0, 17)), bytes.readBigInt64LE(at(1, 17))];
    const swapped = Buffer.alloc(8);
    swapped.writeBigInt64LE(two);
    await patch(path, at(0, 17), swapped);
    swapped.writeBigInt64LE(one);
    await patch(path, at(1, 17), swapped);
    expect(await fault(path, keys)).toBe("E_OBJECT_CHANGED");
  });

  test("is refused when it is cut short", async () => {
    const path = await signed();
    const { length } = await readFile(path);
    await truncate(path, length - 1);
    expect(await fault(path, keys)).toBe("E_SIF_TRUNCATED");
  });

  test("is refused with another's key, and when the descriptor names another signer", async () => {
    const path = await signed();
    expect(await fault(path, { pgp: [other.toPublic()] })).toBe("E_SIGNER_UNKNOWN");
    expect(await fault(await signed("plain"), { plain: [plainPair().pub] })).toBe("E_SIGNATURE_INVALID");
    await patch(path, at(3, 205), Buffer.from(other.getFingerprint(), "hex"));
    expect(await fault(path, keys)).toBe("E_SIGNATURE_INVALID");
  });

  test("is refused when the signature of another file was put into it", async () => {
    const [one, two] = [await signed(), await work.file()];
    await patch(two, 50, Buffer.of(1));
    const donor = await readFile(one);
    const descriptor = Buffer.from(donor.subarray(at(3), at(4)));
    const start = Number(descriptor.readBigInt64LE(17));
    await patch(two, start, donor.subarray(start));
    await patch(two, at(3), descriptor);
    expect(await fault(two, keys)).toBe("E_HEADER_CHANGED");
  });

  test("is refused with a key that has expired or was revoked since", async () => {
    const brief = await quickKey("brief", 3);
    const path = await work.file();
    await signSif(path, { key: { kind: "pgp", key: brief }, now: NOW });
    expect(await fault(path, { pgp: [brief.toPublic()] })).toBeUndefined();
    const later = new Date(NOW.getTime() + 5 * 86_400_000);
    expect(await fault(path, { pgp: [brief.toPublic()] }, later)).toBe("E_SIGNER_KEY");
    const pgp = await openPgp();
    const revoked = await pgp.revokeKey({ key: brief, date: NOW, format: "object" });
    expect(await fault(path, { pgp: [revoked.publicKey] })).toBe("E_SIGNER_KEY");
  });

  test("says what is missing when keys of its kind were not given", async () => {
    expect(await fault(await signed(), { plain: [plain.pub] })).toBe("E_SIGNER_NEEDED");
    expect(await fault(await signed("plain"), { pgp: [] })).toBe("E_SIGNER_NEEDED");
    expect(await fault(await work.file(), keys)).toBe("E_SIF_UNSIGNED");
  });

  test("is refused, whichever of its signed bytes changes", async () => {
    const good = await readFile(await signed("plain"));
    const path = await work.file();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), async (i, x) => {
        // What no signature covers: the header's own numbers and empty places, change times, the signature's descriptor.
        const bytes = Buffer.from(good);
        bytes[i] = (bytes[i] ?? 0) ^ x;
        await writeFile(path, bytes);
        const found = await fault(path, keys);
        if (isCovered(i, good)) expect(found).toBeDefined();
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});

function isCovered(offset: number, file: Buffer): boolean {
  if (offset < 64) return offset < 45 || offset >= 48;
  if (offset < at(3)) {
    const field = (offset - DESCRIPTORS_OFFSET) % DESCRIPTOR_BYTES;
    if (offset < DESCRIPTORS_OFFSET || field === 4 || (field >= 33 && field < 41)) return false;
    return field < 49 || field >= 57;
  }
  return [0, 1, 2].some((slot) => {
    const start = Number(file.readBigInt64LE(at(slot, 17)));
    return offset >= start && offset < start + Number(file.readBigInt64LE(at(slot, 25)));
  });
}

describe("signing", () => {
  test("leaves a file without a free place as it was", async () => {
    const work = await workFolder();
    const path = await work.file();
    const { priv } = plainPair();
    const before = await readFile(path);
    await patch(path, 88, Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]));
    const full = await readFile(path);
    const attempt = signSif(path, { key: { kind: "plain", key: priv }, now: NOW });
    await expect(attempt).rejects.toSatisfy((error) => hasCode(error, "E_SIF_FULL"));
    expect((await readFile(path)).equals(full)).toBe(true);
    expect(before.length).toBe(full.length);
    await work.remove();
  });
});
