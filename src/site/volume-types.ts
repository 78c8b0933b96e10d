// A volume as sites and users write it (spec/shifter.md 5.5), parsed. Data only.

/** A file system of a node for one user, made for a job and gone with it. */
export interface PerNodeCache {
  /** Bytes. */
  readonly size: number;
  /** Bytes; 1 MiB unless said. Part of the signature, of no other use. */
  readonly blockSize: number;
  readonly fs: "xfs";
  readonly method: "loop";
}

/** `FROM:TO[:FLAG…]`. */
export interface Volume {
  /** Absolute, normalised: no trailing slash, no `..`, no empty part. */
  readonly from: string;
  readonly to: string;
  readonly readonly: boolean;
  /** With what is mounted below (site only). */
  readonly recursive: boolean;
  /** How mounts travel (site only); the site's usual way when it is left out. */
  readonly propagation?: "slave" | "private" | undefined;
  readonly cache?: PerNodeCache | undefined;
}
