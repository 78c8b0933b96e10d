// The secret by which a container behind address translation says which one it is. It is made of what the container is
// called and the server's key, so that nothing has to be kept; it opens nothing but the door for reports of use.

import { createHmac, timingSafeEqual } from "node:crypto";
import { tarOfFiles } from "./small-tar.ts";

const PREFIX = "bci_";
const ID = /^[0-9a-f]{64}$/;
/** A container of a stack has its token before it has an id; engines allow no `~` in names. */
const REPLICA = /^(?<stack>[\w.-]{1,255})~(?<name>[\w.-]{1,255})$/;

/** Whom a token names. */
export type Reporter =
  | { readonly id: string }
  | {
      readonly stack: string;
      /** The container's on the engine. */
      readonly name: string;
    };

/** Makes and checks tokens. */
export interface CheckInTokens {
  /** The token of a container, by its full id or by its stack and name. */
  of(reporter: Reporter): string;
  /** Whose token this is; undefined: nobody's. */
  reporterOf(token: string): Reporter | undefined;
}

/** Tokens under a key of 32 bytes. */
export function checkInTokens(key: Buffer): CheckInTokens {
  const sign = (subject: string) => createHmac("sha256", key).update(`check-in ${subject}`).digest();
  return {
    of(reporter) {
      const subject = "id" in reporter ? reporter.id : `${reporter.stack}~${reporter.name}`;
      return `${PREFIX}${subject}.${sign(subject).toString("base64url")}`;
    },
    reporterOf(token) {
      // Names may have dots, signatures have none.
      const dot = token.lastIndexOf(".");
      if (!token.startsWith(PREFIX) || dot < 0) return undefined;
      const subject = token.slice(PREFIX.length, dot);
      const { stack, name } = REPLICA.exec(subject)?.groups ?? {};
      const reporter = stack !== undefined && name !== undefined ? { stack, name } : { id: subject };
      if ("id" in reporter && !ID.test(subject)) return undefined;
      const given = Buffer.from(token.slice(dot + 1), "base64url");
      const wanted = sign(subject);
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? reporter : undefined;
    },
  };
}

/** How a container reaches the server that it reports to. */
export interface CheckInWay {
  /** Port of the server on the container's default gateway. */
  readonly port: number | undefined;
  /** The whole address, where the gateway is not the way. */
  readonly url: string | undefined;
}

/** Where the file lies in the container. */
export const CHECK_IN_FILE = "/run/berth/check-in";

/** Whoever reports need not be root; everybody else is outside the container. */
export const CHECK_IN_MODE = 0o444;

/** The file's text: variables that a shell script reads with `.`. */
export function checkInText(token: string, { port, url }: CheckInWay): Buffer {
  const lines = [
    `BERTH_CHECK_IN_TOKEN=${token}`,
    ...(port === undefined ? [] : [`BERTH_CHECK_IN_PORT=${port}`]),
    ...(url === undefined ? [] : [`BERTH_CHECK_IN_URL='${url.replaceAll("'", "%27")}'`]),
  ];
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** The file in a tar archive for `/` of a container. */
export function checkInArchive(token: string, way: CheckInWay): Buffer {
  return tarOfFiles([{ path: CHECK_IN_FILE.slice(1), content: checkInText(token, way), mode: CHECK_IN_MODE }]);
}
