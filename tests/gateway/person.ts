// Somebody of a test who asks a gateway, by mock credential and plain HTTP, and waits for pulls as shifterimg does.

import type { TestGateway } from "./gateway-process.ts";

/** An answer: its status, and its body as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: WireBody;
}

/** Whatever Shifter's routes answer with. */
export interface WireBody {
  readonly id?: string;
  readonly status?: string | number | boolean | null | readonly string[];
  readonly status_message?: string;
  readonly error?: string;
  readonly tag?: readonly string[];
  readonly userACL?: readonly number[] | null;
  readonly groupACL?: readonly number[] | null;
  readonly LABELS?: unknown;
  readonly last_pull?: number;
  readonly list?: readonly (WireBody & { readonly image?: string })[];
}

export interface Person {
  get(path: string): Promise<Answer>;
  post(path: string, body?: object | string): Promise<Answer>;
  lookup(tag: string, system?: string): Promise<Answer>;
  pull(tag: string, body?: object, system?: string): Promise<Answer>;
  /** Pulls until it is READY or FAILURE, 30 s at most. */
  pulled(tag: string, body?: object, system?: string): Promise<WireBody>;
  /** Tags of all images that he sees. */
  tags(system?: string): Promise<readonly string[]>;
}

/** Who: name and number, and what logs him in at every registry. */
export interface Identity {
  readonly user: string;
  readonly uid: number;
  readonly gid?: number;
  /** `user:password` */
  readonly login?: string;
}

export function person(gateway: TestGateway, { user, uid, gid = uid, login = "" }: Identity): Person {
  return asking(gateway.url, { authentication: `good:${user}:${user}:${login.replaceAll(":", "%3A")}:${uid}:${gid}` });
}

/** Who sends these headers. */
export function asking(url: string, headers: Readonly<Record<string, string>>): Person {
  return askingWith(url, () => headers);
}

/** Who sends new headers each time, as munge needs it. */
export function askingWith(url: string, headers: () => Readonly<Record<string, string>>): Person {
  const send = async (method: string, path: string, body?: object | string): Promise<Answer> => {
    const text = typeof body === "object" ? JSON.stringify(body) : body;
    const answer = await fetch(url + path, {
      method,
      headers: headers(),
      ...(text === undefined ? {} : { body: text }),
    });
    return { status: answer.status, body: (await answer.json()) as WireBody };
  };
  const pathOf = (route: string, tag: string, system = "cluster") =>
    `/api/${route}/${system}/docker/${encodeURIComponent(tag)}/`;
  const pull: Person["pull"] = (tag, body, system) => send("POST", pathOf("pull", tag, system), body);
  return {
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body),
    lookup: (tag, system) => send("GET", pathOf("lookup", tag, system)),
    pull,
    async pulled(tag, body, system) {
      const until = performance.now() + 30_000;
      for (;;) {
        const { status, body: image } = await pull(tag, body, system);
        if (status !== 200) throw new Error(`${status}: ${JSON.stringify(image)}`);
        if (image.status === "READY" || image.status === "FAILURE") return image;
        if (performance.now() > until) throw new Error(`still ${JSON.stringify(image)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async tags(system = "cluster") {
      const { body } = await send("GET", `/api/list/${system}/`);
      return (body.list ?? []).flatMap(({ tag }) => tag ?? []).sort();
    },
  };
}
