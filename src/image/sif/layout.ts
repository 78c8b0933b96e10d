// The numbers of the SIF format (spec/apptainer.md section 2.1): sizes, offsets, type codes. All integers are little
// endian. Nothing here reads or writes a file.

/** First line of every SIF, which makes an executable SIF start its runtime. */
export const LAUNCH_LINE = "#!/usr/bin/env run-singularity\n";
export const MAGIC = "SIF_MAGIC";
export const VERSION = "01";

/** The magic may stand this far from the file's beginning, since a longer launch line may precede it. */
export const MAGIC_SEARCH_BYTES = 2048;
/** Distance of the magic from the beginning of the header. */
export const MAGIC_OFFSET = 32;
export const HEADER_BYTES = 128;
export const DESCRIPTOR_BYTES = 585;
export const NAME_BYTES = 128;
/** What a writer reserves. */
export const DESCRIPTOR_SLOTS = 48;
export const DESCRIPTORS_OFFSET = 4096;
export const DATA_OFFSET = DESCRIPTORS_OFFSET + DESCRIPTOR_SLOTS * DESCRIPTOR_BYTES;
/** Partitions begin at a multiple of this. */
export const PARTITION_ALIGN = 4096;
/** More descriptors than this are refused: the table of a sane file has 48. */
export const MAX_DESCRIPTORS = 1024;

export const GROUP_MASK = 0xf0000000;
/** Places in a descriptor: the byte that makes it count, its offset, sizes and times, and the fields of its type. */
export const USED_AT = 4;
export const NUMBERS_AT = 17;
export const EXTRA_AT = 201;

/** Form and content of a crypto-message: PEM, sealed by RSA-OAEP. */
export const SEAL_PEM = 2;
export const SEAL_RSA_OAEP = 0x200;

/** The group that every object of a converted image belongs to. */
export const DEFAULT_GROUP = 0xf0000001;

const DATA_TYPES = {
  16385: "definition",
  16386: "environment",
  16387: "labels",
  16388: "partition",
  16389: "signature",
  16390: "json",
  16391: "generic",
  16392: "crypto-message",
  16393: "sbom",
  16394: "oci-root-index",
  16395: "oci-blob",
} as const;

/** What a data object holds. */
export type DataType = (typeof DATA_TYPES)[keyof typeof DATA_TYPES];

const FILE_SYSTEMS = {
  1: "squashfs",
  2: "ext3",
  3: "archive",
  4: "raw",
  5: "encrypted-squashfs",
  6: "gocryptfs-squashfs",
} as const;

/** What a partition holds. */
export type FileSystem = (typeof FILE_SYSTEMS)[keyof typeof FILE_SYSTEMS];

const PARTITION_KINDS = { 1: "system", 2: "primary", 3: "data", 4: "overlay" } as const;

/** What a partition is for; `primary` is the root file system. */
export type PartitionKind = (typeof PARTITION_KINDS)[keyof typeof PARTITION_KINDS];

// In the order of their codes, beginning with 01; names are those of GOARCH, which the OCI specifications use too.
const ARCHITECTURES = [
  ...["386", "amd64", "arm", "arm64", "ppc64", "ppc64le", "mips", "mipsle", "mips64", "mips64le", "s390x", "riscv64"],
  "loong64",
] as const;

/** The two-digit code of an architecture; `00` for one that the format has no code for. */
export function archCode(arch: string): string {
  return String((ARCHITECTURES as readonly string[]).indexOf(arch) + 1).padStart(2, "0");
}

/** The architecture of a two-digit code, `unknown` for `00` and for codes this reader does not know. */
export function archName(code: string): string {
  return (/^\d\d$/.test(code) && ARCHITECTURES[Number(code) - 1]) || "unknown";
}

/** Name of a code; `undefined` when the format has none. */
export const dataTypeName = lookup(DATA_TYPES);
export const fileSystemName = lookup(FILE_SYSTEMS);
export const partitionKindName = lookup(PARTITION_KINDS);

/** Code of a name. */
export const dataTypeCode = reverse(DATA_TYPES);
export const fileSystemCode = reverse(FILE_SYSTEMS);
export const partitionKindCode = reverse(PARTITION_KINDS);

function lookup<Name extends string>(table: Readonly<Record<number, Name>>): (code: number) => Name | undefined {
  return (code) => table[code];
}

function reverse<Name extends string>(table: Readonly<Record<number, Name>>): (name: Name) => number {
  const codes = new Map(Object.entries(table).map(([code, name]) => [name, Number(code)]));
  return (name) => codes.get(name) ?? 0;
}
