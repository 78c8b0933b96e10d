// passwd, group and nsswitch.conf of containers of batch jobs.

/** A file of /etc: its content, or the file of the host that is shown in its place. */
export type EtcFile =
  | { readonly name: string; readonly content: string }
  | { readonly name: string; readonly source: string };
