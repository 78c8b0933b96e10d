// Rows of migration 0007: ports of the host, and limits.

/** A port of the host that a stack holds, also while it is stopped. */
export interface StackPortRow {
  port: number;
  /** `tcp` or `udp`. */
  protocol: string;
  stack: string;
  service: string;
  /** Port in the container. */
  container: number;
}

/** Limits of one person or group that differ from the site's. */
export interface ServiceQuotaRow {
  /** `user` or `group`. */
  kind: string;
  /** A name. */
  subject: string;
  /** JSON of `Amounts`. */
  limits: string;
  by_user: string;
  at: number;
}
