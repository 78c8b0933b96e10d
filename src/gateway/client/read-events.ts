// Reads server-sent events (the HTML standard, section "Server-sent events"): messages of a name and a text, as far as the
// gateway sends them; a message that is too long ends the reading.

import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** One message. */
export interface SentEvent {
  readonly event: string;
  readonly data: string;
}

const LONGEST = 1024 * 1024;

/** The messages of a body, until it ends. @throws RangeError for a message longer than a megabyte */
export async function* readEvents(body: Readable): AsyncGenerator<SentEvent> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let message = NOTHING;
  for await (const chunk of body) {
    const lines = (rest + decoder.write(chunk as Buffer)).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (message.data !== undefined) yield { event: message.event, data: message.data };
        message = NOTHING;
      } else message = withLine(message, line);
    }
    if (rest.length + (message.data?.length ?? 0) > LONGEST) throw new RangeError("a message is too long");
  }
}

interface Message {
  readonly event: string;
  readonly data: string | undefined;
}

const NOTHING: Message = { event: "message", data: undefined };

function withLine(message: Message, line: string): Message {
  const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
  if (field === "event") return { ...message, event: value };
  if (field !== "data") return message;
  return { ...message, data: message.data === undefined ? value : `${message.data}\n${value}` };
}
