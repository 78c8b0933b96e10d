// The first part of a SIF file: header, descriptor table and small objects, up to the byte where the partition begins.
// Pure: the same arguments give the same bytes on every machine.

import { fail } from "./errors.ts";
import * as layout from "./layout.ts";
import type { SifObject, SifPartition } from "./types.ts";

/** Everything about a SIF file but the bytes of its partition. */
export interface SifPlan {
  /** 16 bytes; see `deriveUuid`. */
  readonly uuid: Uint8Array;
  /** Seconds since 1970, given to the file and to every object. */
  readonly time: number;
  /** Written in this order, before the partition. */
  readonly objects: readonly SifObject[];
  readonly partition: SifPartition & {
    readonly name: string;
    /** Bytes. */
    readonly size: number;
  };
}

interface Placed {
  readonly type: number;
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly gap: number;
  readonly seal?: boolean;
  readonly partition?: SifPartition;
}

/**
 * The bytes that come before the partition; their number is a multiple of 4096 and the partition's offset.
 * @throws E_SIF_TOO_MANY, E_SIF_NAME
 */
export function encodePrefix(plan: SifPlan): Buffer {
  const placed = place(plan);
  if (placed.length > layout.DESCRIPTOR_SLOTS)
    throw fail("E_SIF_TOO_MANY", { max: layout.DESCRIPTOR_SLOTS, count: placed.length });
  const bytes = Buffer.alloc(partitionOffset(plan));
  writeHeader(bytes, plan, placed.length);
  for (const [index, object] of placed.entries()) {
    const at = layout.DESCRIPTORS_OFFSET + index * layout.DESCRIPTOR_BYTES;
    const bytesOfIt = bytes.subarray(at, at + layout.DESCRIPTOR_BYTES);
    writeDescriptor(bytesOfIt, index + 1, object, plan.time);
    // The partition comes last, so its id is their number.
    if (object.seal) writeSeal(bytesOfIt, placed.length);
    const content = plan.objects[index]?.content;
    if (content) bytes.set(content, object.offset);
  }
  return bytes;
}

function partitionOffset(plan: SifPlan): number {
  const end = plan.objects.reduce((sum, object) => sum + object.content.length, layout.DATA_OFFSET);
  return Math.ceil(end / layout.PARTITION_ALIGN) * layout.PARTITION_ALIGN;
}

function place(plan: SifPlan): Placed[] {
  let offset = layout.DATA_OFFSET;
  const placed = plan.objects.map((object): Placed => {
    const size = object.content.length;
    offset += size;
    const type = layout.dataTypeCode(object.type);
    return { type, name: object.name, offset: offset - size, size, gap: 0, seal: object.seal === true };
  });
  const { name, size, ...partition } = plan.partition;
  const start = partitionOffset(plan);
  const type = layout.dataTypeCode("partition");
  return [...placed, { type, name, offset: start, size, gap: start - offset, partition }];
}

function writeHeader(bytes: Buffer, plan: SifPlan, used: number): void {
  bytes.write(layout.LAUNCH_LINE, 0, "latin1");
  bytes.write(layout.MAGIC, layout.MAGIC_OFFSET, "latin1");
  bytes.write(layout.VERSION, 42, "latin1");
  bytes.write(layout.archCode(plan.partition.arch), 45, "latin1");
  bytes.set(plan.uuid.subarray(0, 16), 48);
  const dataEnd = bytes.length + plan.partition.size;
  const numbers = [
    plan.time,
    plan.time,
    layout.DESCRIPTOR_SLOTS - used,
    layout.DESCRIPTOR_SLOTS,
    layout.DESCRIPTORS_OFFSET,
    layout.DESCRIPTOR_SLOTS * layout.DESCRIPTOR_BYTES,
    layout.DATA_OFFSET,
    dataEnd - layout.DATA_OFFSET,
  ];
  for (const [index, value] of numbers.entries()) bytes.writeBigInt64LE(BigInt(value), 64 + index * 8);
}

function writeSeal(bytes: Buffer, link: number): void {
  bytes.writeUInt32LE(link, 13);
  bytes.writeInt32LE(layout.SEAL_PEM, 201);
  bytes.writeInt32LE(layout.SEAL_RSA_OAEP, 205);
}

function writeDescriptor(bytes: Buffer, id: number, object: Placed, time: number): void {
  const name = Buffer.from(object.name, "utf8");
  if (name.length >= layout.NAME_BYTES) throw fail("E_SIF_NAME", { name: object.name });
  bytes.writeInt32LE(object.type, 0);
  bytes.writeUInt8(1, 4);
  bytes.writeUInt32LE(id, 5);
  bytes.writeUInt32LE(layout.DEFAULT_GROUP, 9);
  bytes.writeUInt32LE(0, 13);
  // The owner fields at 57 and 65 stay 0.
  const numbers = [object.offset, object.size, object.size + object.gap, time, time];
  for (const [index, value] of numbers.entries()) bytes.writeBigInt64LE(BigInt(value), 17 + index * 8);
  bytes.set(name, 73);
  if (!object.partition) return;
  bytes.writeInt32LE(layout.fileSystemCode(object.partition.fs), 201);
  bytes.writeInt32LE(layout.partitionKindCode(object.partition.kind), 205);
  bytes.write(layout.archCode(object.partition.arch), 209, "latin1");
}
