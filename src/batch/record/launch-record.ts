// What the site's log is told of a launch: one line of `name=value` words, in the form that programs on a machine send to its
// own log (not RFC 5424, which journald does not take apart on that socket). Pure.
//
// Set-ups are told of by root. What a launch without set-up sends is the user's own word, as everything on that socket:
// journald adds the sender's true number (_UID).

import type { BatchImage, Person } from "../types.ts";

/** The socket of the machine's log. */
export const LOG_SOCKET = "/dev/log";

/** One launch, or a refusal. What is not known is left out. */
export interface LaunchRecord {
  readonly verdict: "allowed" | "refused";
  /** Set up by root for all launches of a job, or one launch by the user himself. */
  readonly by: "setup" | "user";
  readonly user: string | undefined;
  readonly uid: number;
  /** Number of the batch job; "0" or undefined: none. */
  readonly job: string | undefined;
  readonly node: string;
  /** The image's id: the digest of its content, or the path of a `local:` one. */
  readonly image: string | undefined;
  /** `TYPE:NAME` as it was asked for. */
  readonly asked: string | undefined;
  /** Code of the failure, for a refusal. */
  readonly reason?: string | undefined;
}

/** The record of a launch that may go on. */
export function allowedLaunch(
  launch: {
    readonly person: Person;
    readonly image: BatchImage;
    readonly request: { readonly image: { readonly asked: string } };
  },
  where: Pick<LaunchRecord, "by" | "job" | "node">,
): LaunchRecord {
  const { person, image, request } = launch;
  return {
    ...where,
    verdict: "allowed",
    user: person.name,
    uid: person.uid,
    image: image.id,
    asked: request.image.asked,
  };
}

// Facility "daemon" (3) with "info" (6) and "notice" (5): RFC 3164, 4.1.1.
const PRIORITY = { allowed: 30, refused: 29 } as const;
const MAX_VALUE = 256;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** The words, such as `launch verdict=allowed by=user user=ada uid=1000 …`. */
export function recordLine(record: LaunchRecord): string {
  const { verdict, by, user, uid, job, node, image, asked, reason } = record;
  const fields = { verdict, by, user, uid, job: job === "0" ? undefined : job, node, image, asked, reason };
  const words = Object.entries(fields).filter(([, value]) => value !== undefined);
  return ["launch", ...words.map(([name, value]) => `${name}=${word(String(value))}`)].join(" ");
}

/** The datagram for the log's socket. */
export function recordDatagram(
  record: LaunchRecord,
  { pid, now }: { readonly pid: number; readonly now: Date },
): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${MONTHS[now.getMonth()]} ${String(now.getDate()).padStart(2, " ")}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":");
  return `<${PRIORITY[record.verdict]}>${day} ${time} berth[${pid}]: ${recordLine(record)}`;
}

// Quoted where it would not stay one word; a value never brings a line, a field or an end of its own.
function word(text: string): string {
  const cut = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
  if (/^[A-Za-z0-9._:/@+,~-]+$/.test(cut)) return cut;
  return JSON.stringify(cut).replace(
    /[\x7f-\x9f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
