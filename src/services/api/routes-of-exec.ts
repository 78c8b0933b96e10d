// A shell, or another program, in a container: a WebSocket. The program is started before the connection is accepted, so
// that every refusal has its status.

import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import type { ExecOptions } from "../types.ts";
import { fail } from "./errors.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { SERVICE_PATH } from "./routes-of-stacks.ts";
import { carryShell } from "./shell.ts";
import type { Streams } from "./streams.ts";
import { acceptWebSocket, isUpgrade } from "./web-socket.ts";

const SCHEMA = { params: SERVICE_PATH, querystring: Type.Object({}), hide: true } as const;
const ARGUMENTS = 256;
const LETTERS = 32_768;

export function execRoutes(app: TypedServer, parts: ServicesApiParts, streams: Streams): void {
  app.get(
    "/stacks/:stack/services/:service/exec",
    { schema: SCHEMA, exposeHeadRoute: false },
    async (request, reply) => {
      const who = await person(parts, request);
      refuseStrangePage(request);
      if (!isUpgrade(request.raw)) throw fail("E_SERVICES_UPGRADE");
      const { slot, ...options } = readWish(request.url);
      const { ending, leave } = streams.enter({ request, who, right: "operate" });
      try {
        const at = { ...request.params, slot };
        const session = await parts.desk.live.exec(who, at, options, ending);
        reply.hijack();
        const socket = await acceptWebSocket(request.raw);
        if (socket) await carryShell(socket, session, ending);
        else session.close();
      } finally {
        leave();
      }
    },
  );
}

// A browser sends the cookie whichever page opens the WebSocket, but it says whose page that is.
function refuseStrangePage({ headers, host }: FastifyRequest): void {
  const { origin } = headers;
  if (origin === undefined || headers["authorization"] !== undefined) return;
  const own = URL.canParse(origin) ? new URL(origin).host : undefined;
  if (own !== host) throw fail("E_SERVICES_ORIGIN", { origin });
}

/** What the query says: `arg` once for each word, `tty`, `stdin`, `user`, `columns`, `rows`, `slot`. */
function readWish(url: string): ExecOptions & { readonly slot: number | undefined } {
  const query = new URLSearchParams(url.split("?")[1] ?? "");
  const argv = query.getAll("arg");
  if (argv.length === 0 || argv[0] === "") throw fail("E_SERVICES_EXEC", { why: "names no program" });
  if (argv.length > ARGUMENTS || argv.join("").length > LETTERS) throw fail("E_SERVICES_EXEC", { why: "is too long" });
  return {
    argv,
    tty: query.get("tty") === "true",
    stdin: query.get("stdin") !== "false",
    user: query.get("user") ?? undefined,
    columns: numberIn(query, "columns"),
    rows: numberIn(query, "rows"),
    slot: numberIn(query, "slot"),
  };
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw fail("E_SERVICES_EXEC", { why: `has no number as ${name}` });
  return Number(text);
}
