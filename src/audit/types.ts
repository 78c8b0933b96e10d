// What is known of an image after its layers were read once: configuration, files worth a word, packages. Plain data, so that
// it can be kept by digest and judged again when rules or advisories change. Knows no rule.

/** A package that is installed in an image, and what says so. */
export interface Package {
  /** Package URL, with the qualifiers that advisories are matched by (`distro`, `arch`, `epoch`). */
  readonly purl: string;
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** As its package manager writes it, with epoch and release. */
  readonly version: string;
  readonly arch?: string | undefined;
  /** What it was built from; advisories of distributions name that. */
  readonly source?: { readonly name: string; readonly version: string } | undefined;
  /** Who made it, where that tells packages of the distribution from others (rpm's vendor, dpkg's maintainer or origin, conda's channel). */
  readonly origin?: string | undefined;
  /** Licence expression or words, as the package has them. */
  readonly licence?: string | undefined;
  /** Path of what says that it is there, from the root without a slash: `var/lib/dpkg/status`. */
  readonly evidence: string;
  /** Of the layer that brought the evidence; undefined where an image is no longer in layers. */
  readonly layer?: string | undefined;
}

/** Who installed a package; each has its own versions and advisories. */
export type Ecosystem =
  | ("deb" | "rpm" | "apk")
  | ("pypi" | "conda" | "cran" | "npm" | "golang" | "cargo" | "maven" | "gem" | "julia" | "spack" | "easybuild");

/** The distribution of an image, as `/etc/os-release` has it. */
export interface Distribution {
  /** `debian`, `rocky`. */
  readonly id: string;
  /** `12`, `9.4`. */
  readonly version: string | undefined;
  /** `bookworm`. */
  readonly codename: string | undefined;
  /** ID_LIKE in order. */
  readonly like: readonly string[];
  readonly name: string | undefined;
}

/** Everything that is installed. */
export interface Catalogue {
  readonly distribution: Distribution | undefined;
  readonly packages: readonly Package[];
  /** What could not be read, and why: a catalogue with gaps does not pass for a whole one. */
  readonly gaps: readonly { readonly path: string; readonly why: string }[];
}

/** An image as far as somebody looked: parts that nobody read are undefined, and what needs them is unknown. */
export interface AuditedImage {
  /** As people named it. */
  readonly name: string;
  /** Of the manifest, or of the file. */
  readonly digest: string | undefined;
  readonly config: AuditedConfig | undefined;
  /** Oldest first, empty layers too. */
  readonly history: readonly HistoryEntry[] | undefined;
  /** Lowest first. A file without layers (SIF) has one. */
  readonly layers: readonly AuditedLayer[] | undefined;
  readonly files: FileFacts | undefined;
  readonly catalogue: Catalogue | undefined;
  /** The definition inside of a SIF; null: there is none. */
  readonly definition: string | null | undefined;
  /** What the lowest layers come from, as far as that is known or can be guessed. */
  readonly base?: AuditedBase | undefined;
  /** Of an image file: its containers run as whoever starts them, whatever the configuration says. */
  readonly file?: "sif" | "squashfs" | "folder" | undefined;
}

/** The base image of an image. */
export interface AuditedBase {
  /** Of a base that is known by its layers. */
  readonly name: string | undefined;
  /** How many of the lowest layers are the base's. */
  readonly layers: number;
  /**
   * `layers`: proven by their digests; `history`: guessed from what the builder wrote down, which anybody can write; `content`:
   * guessed, for the lowest layer holds a whole distribution.
   */
  readonly by: "layers" | "history" | "content";
}

export interface AuditedConfig {
  /** RFC 3339. */
  readonly created: string | undefined;
  readonly os: string;
  readonly architecture: string;
  readonly user: string;
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** Labels of the configuration, annotations of the manifest laid below. */
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp`. */
  readonly exposed: readonly string[];
  readonly volumes: readonly string[];
  readonly healthCheck: readonly string[] | undefined;
  readonly stopSignal: string | undefined;
  readonly onBuild: readonly string[];
  /** Of its layers, lowest first, as the configuration claims; of an image file: of those it was made from. */
  readonly diffIds?: readonly string[] | undefined;
}

export interface HistoryEntry {
  readonly created: string | undefined;
  readonly createdBy: string;
  readonly comment: string;
  /** Made no layer. */
  readonly empty: boolean;
}

export interface AuditedLayer {
  readonly digest: string;
  /** Digest of the uncompressed layer: measured where files were looked at, else the configuration's word. */
  readonly diffId: string | undefined;
  readonly compressedBytes: number;
  /** Sum of its files' sizes; undefined where nobody looked at files. */
  readonly unpackedBytes: number | undefined;
  /** Belongs to the base image: see `AuditedImage.base` for how that is known. */
  readonly base: boolean;
  /** Of the history. */
  readonly createdBy: string | undefined;
}

/** What all layers together hold, and what upper layers hide of lower ones. Paths are from the root, without a slash in front. */
export interface FileFacts {
  /** Of the merged tree, by path. */
  readonly entries: readonly FileEntry[];
  /** Files, links and other things with content of lower layers that an upper layer replaced or removed; directories have no bytes. */
  readonly hidden: readonly HiddenEntry[];
  /** Small files that many practices need, by path: passwd, group, shadow, sudoers, os-release, entry scripts, pip.conf … */
  readonly texts: ReadonlyMap<string, string>;
  /** Secrets in any layer, also where they are deleted above. */
  readonly secrets: readonly SecretTrace[];
}

export interface FileEntry {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "device" | "fifo";
  /** Bytes. */
  readonly size: number;
  /** Permission bits with setuid, setgid, sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of links. */
  readonly target: string | undefined;
  /** Index into the layers. */
  readonly layer: number;
  /** Begins with the mark of a program (ELF). */
  readonly program: boolean;
}

export interface HiddenEntry {
  readonly path: string;
  /** Bytes that nobody can reach any more: 0 where another name of the same content is still seen. */
  readonly size: number;
  /** As that of an entry. */
  readonly mode?: number | undefined;
  readonly layer: number;
  /** The layer that hides it, and how. */
  readonly by: number;
  readonly how: "replaced" | "removed";
}

/** Where something that looks like a secret is; the secret itself is not kept. */
export interface SecretTrace {
  /** `private key`, `forge token`: what it looks like. */
  readonly kind: string;
  readonly path: string;
  readonly layer: number;
  /** The layer that hides the file again. */
  readonly removedBy: number | undefined;
  /** From 1; undefined for files that are secrets as a whole. */
  readonly line: number | undefined;
  readonly certainty: "certain" | "likely";
}
