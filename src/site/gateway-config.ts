// What the gateway is told: parsed from `imagemanager.json` or `site.yaml` at start-up, trusted afterwards. Times in
// milliseconds unless named otherwise, sizes in bytes.

import type { PolicyConfig } from "../policy/config.ts";
import type { ScanConfig } from "./advisories.ts";

/** The gateway's part of the site's configuration. */
export interface GatewayConfig {
  readonly systems: ReadonlyMap<string, SystemConfig>;
  readonly defaultSystem: string | undefined;
  /** Key of `locations` for references that name none. */
  readonly defaultLocation: string;
  readonly locations: ReadonlyMap<string, LocationConfig>;
  /** Layers and documents: berth's content store. */
  readonly cacheDir: string;
  /** Where images are made before they are moved: local disk. */
  readonly workDir: string;
  /** How long an answer of the registry counts, and a failure is remembered; 300 s unless said otherwise. */
  readonly pullUpdateMs: number;
  /** A pull that says nothing for so long is dead; 3600 s unless said otherwise. */
  readonly heartbeatMs: number;
  /** Life of an image after its last use. */
  readonly expirationMs: number;
  /** How long the record of a removed image is kept. */
  readonly keepRecordsMs: number;
  readonly authentication: "munge" | "mock";
  /** Whether people without credentials may look up and list public images. */
  readonly anonymous: boolean;
  readonly imports: "none" | "all" | readonly string[];
  /** Whether squashfs files made by users are published as they are. */
  readonly trustImportedSquashfs: boolean;
  /** Who may read a private image that was pulled without a list. */
  readonly privateDefault: "owner" | "everyone";
  readonly examiner: string | undefined;
  readonly lookupsKept: boolean;
  readonly aclInMeta: boolean;
  readonly labels: boolean;
  readonly workers: WorkerLimits;
  /** Default quotas; undefined: none. */
  readonly quota: { readonly bytes: number | undefined; readonly images: number | undefined };
  /** File with the key that seals credentials in the database; several servers share its content. */
  readonly keyFile: string;
  /** How images are judged before they are published; undefined: they are not. */
  readonly gate?: GateConfig | undefined;
}

/** How the site judges images. */
export interface GateConfig {
  /** `warn` publishes whatever the verdict says, `enforce` keeps refused images in quarantine. */
  readonly judge: "warn" | "enforce";
  readonly policy: PolicyConfig;
  /** File of the private key (PEM) that signs verdicts; undefined: they are not signed. */
  readonly keyFile: string | undefined;
  /** With `enforce`: what could not be decided counts as refused. */
  readonly strict: boolean;
  /** Where the advisories are; undefined: flaws are not looked for. */
  readonly advisories:
    | { readonly root: string; readonly keys: readonly string[]; readonly scan?: ScanConfig | undefined }
    | undefined;
  /** Folder for what was read of images. */
  readonly dossiers: string;
  /** Milliseconds after which a verdict is made again even if nothing has changed: images grow old. */
  readonly againMs: number;
  readonly reminders: ReminderConfig | undefined;
  /** Whose signatures on images count. */
  readonly signatures: SignerFiles;
  /** What becomes of a published image that a later verdict refuses; `quarantine` only with `enforce`. */
  readonly rejudge: "report" | "quarantine";
}

/** Files with the keys of those who sign images. */
export interface SignerFiles {
  /** Public keys (PEM). */
  readonly keys: readonly string[];
  /** Certificates (PEM) of those who vouch for notation's signers. */
  readonly authorities: string | undefined;
  /** Folder of the keyring by which signatures in SIF files are checked. */
  readonly keyring: string;
}

/** Whom the gateway tells of images that should be built anew. */
export interface ReminderConfig {
  readonly url: string;
  /** File with the secret that calls are signed with. */
  readonly secretFile: string | undefined;
  readonly everyMs: number;
}

export interface WorkerLimits {
  /** Jobs at once on this server. */
  readonly jobs: number;
  /** Jobs at once of one user, as long as others wait. */
  readonly jobsPerUser: number;
  /** Of one job, all its processes. */
  readonly memoryBytes: number;
  /** Of one job in `workDir`. */
  readonly tempBytes: number;
  /** How often a pull whose server died or whose registry stalled is tried. */
  readonly attempts: number;
}

/** A machine whose images the gateway keeps. */
export interface SystemConfig {
  readonly name: string;
  readonly mungeSocket: string | undefined;
  /** User names. */
  readonly admins: readonly string[];
  readonly operators: readonly string[];
  readonly format: ImageFormat;
  /** File in the form of containers-policy.json(5) that pulled images have to meet. */
  readonly signaturePolicy?: string | undefined;
  /** Replaces the converter's extra options, per format. */
  readonly converterOptions: Readonly<Record<string, readonly string[]>>;
  /** As in `--platform`: `linux/amd64`. */
  readonly platform: string;
  /** Whether everybody on the system may read the files of public images; `closed` unless said. */
  readonly publicFiles?: "closed" | "readable" | undefined;
  readonly transfer: LocalTransfer | RemoteTransfer;
}

export type ImageFormat = "squashfs" | "ext4" | "xfs";

export interface LocalTransfer {
  readonly kind: "local";
  readonly imageDir: string;
}

export interface RemoteTransfer {
  readonly kind: "remote";
  readonly imageDir: string;
  readonly host: string;
  readonly user: string | undefined;
  readonly key: string | undefined;
  readonly sshOptions: readonly string[];
  readonly scpOptions: readonly string[];
}

/** A registry by the name that users know it by. */
export interface LocationConfig {
  readonly name: string;
  /** `https://host[:port]`. */
  readonly url: string;
  readonly caFile: string | undefined;
  readonly authMethod: "token" | "basic";
  /** True: the site's own registry, which stands behind the gateway itself. */
  readonly own?: boolean | undefined;
}
