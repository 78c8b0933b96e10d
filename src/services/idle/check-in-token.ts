// The secret by which a container behind address translation says which one it is. It is made of the container's id and
// the server's key, so that nothing has to be kept; it opens nothing but the door for reports of use.

import { createHmac, timingSafeEqual } from "node:crypto";
import { tarOfFiles } from "./small-tar.ts";

const PREFIX = "bci_";
const ID = /^[0-9a-f]{64}$/;

/** Makes and checks tokens. */
export interface CheckInTokens {
  /** The token of a container by its full id. */
  of(container: string): string;
  /** The container whose token this is; undefined: nobody's. */
  containerOf(token: string): string | undefined;
}

/** Tokens under a key of 32 bytes; those made under `older` keys hold, too: containers keep theirs when keys are changed. */
export function checkInTokens(key: Buffer, older: readonly Buffer[] = []): CheckInTokens {
  const sign = (container: string, by = key) => createHmac("sha256", by).update(`check-in ${container}`).digest();
  return {
    of: (container) => `${PREFIX}${container}.${sign(container).toString("base64url")}`,
    containerOf(token) {
      const [container = "", signature = ""] = token.startsWith(PREFIX) ? token.slice(PREFIX.length).split(".") : [];
      if (!ID.test(container)) return undefined;
      const given = Buffer.from(signature, "base64url");
      const holds = [key, ...older].some((by) => {
        const wanted = sign(container, by);
        return given.length === wanted.length && timingSafeEqual(given, wanted);
      });
      return holds ? container : undefined;
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

/** A tar archive for `/` of a container: variables that a shell script reads with `.`. */
export function checkInArchive(token: string, { port, url }: CheckInWay): Buffer {
  const lines = [
    `BERTH_CHECK_IN_TOKEN=${token}`,
    ...(port === undefined ? [] : [`BERTH_CHECK_IN_PORT=${port}`]),
    ...(url === undefined ? [] : [`BERTH_CHECK_IN_URL='${url.replaceAll("'", "%27")}'`]),
  ];
  // Whoever reports need not be root; everybody else is outside the container.
  return tarOfFiles([{ path: CHECK_IN_FILE.slice(1), content: Buffer.from(`${lines.join("\n")}\n`), mode: 0o444 }]);
}
