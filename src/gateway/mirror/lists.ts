// What is asked of the registry each time and passed on: tags of a repository, and what refers to a manifest.

import type { Digest } from "../../base/digest.ts";
import { asObject, asString, jsonObject } from "../../oci/json.ts";
import { parseDescriptor } from "../../oci/manifest.ts";
import { MEDIA } from "../../oci/media-types.ts";
import type { Reference } from "../../oci/reference.ts";
import { answerFailure } from "../../oci/registry/answer-failure.ts";
import { readBounded } from "../../oci/registry/body.ts";
import type { Caller } from "./caller.ts";
import { fail } from "./errors.ts";
import type { Shared } from "./shared.ts";
import type { Upstream } from "./upstreams.ts";

/** A question for a list. */
export interface ListQuestion {
  readonly upstream: Upstream;
  readonly reference: Reference;
  /** The repository as the client wrote it. */
  readonly written: string;
  readonly query: URLSearchParams;
  readonly caller: Caller;
}

/** A list to answer. */
export interface ServedList {
  readonly body: object;
  readonly mediaType: string;
  /** A Link header's value. */
  readonly link: string | undefined;
}

const MAX_LIST = 4 * 1024 * 1024;

/** The tags, with the registry's paging. @throws E_MIRROR_…, E_NAME_UNKNOWN */
export async function serveTags(question: ListQuestion, shared: Shared): Promise<ServedList> {
  const { reference, written } = question;
  const query = kept(question.query, ["n", "last"]);
  const { document, link } = await fetchList(question, `${reference.repository}/tags/list${query}`, shared);
  const tags = Array.isArray(document["tags"]) ? document["tags"].filter((tag) => typeof tag === "string") : [];
  return { body: { name: written, tags }, mediaType: "application/json", link: nextPage(link, written, "tags/list") };
}

/** What refers to the manifest, as far as the registry tells. @throws E_MIRROR_…, E_MANIFEST_UNKNOWN */
export async function serveReferrers(question: ListQuestion, digest: Digest, shared: Shared): Promise<ServedList> {
  const { reference, written } = question;
  const query = kept(question.query, ["artifactType"]);
  const path = `${reference.repository}/referrers/${digest}${query}`;
  const { document, link } = await fetchList(question, path, shared);
  const list: readonly unknown[] = Array.isArray(document["manifests"]) ? document["manifests"] : [];
  shared.contents.learn(
    reference,
    list.map((one, at) => parseDescriptor(one, `the referrers of ${digest}`, `manifests[${at}]`)),
  );
  return { body: document, mediaType: MEDIA.ociIndex, link: nextPage(link, written, `referrers/${digest}`) };
}

async function fetchList(question: ListQuestion, path: string, shared: Shared) {
  const { upstream, reference, caller } = question;
  const what = `${reference.registry}/${path.replace(/\?.*$/, "")}`;
  const ask = async (as: Caller) => {
    const at = shared.conversations.at(upstream, reference.repository, as);
    const { repository } = reference;
    const headers = { accept: `${MEDIA.ociIndex}, application/json` };
    const answer = await at.session.request({ method: "GET", path, headers, repository, what, signal: shared.signal });
    const { response, source } = answer;
    const asked = { what, host: upstream.host, kind: "manifest", source } as const;
    if (response.status !== 200) throw await answerFailure(response, asked, at.clock.now());
    const bytes = await readBounded(response.body, MAX_LIST);
    const document = bytes && asObject(jsonObject(bytes));
    if (!document) throw fail("E_MIRROR_ANSWER", { host: upstream.host, what, status: 200 });
    return { document, link: response.headers["link"] };
  };
  const { value } = await shared.access.reader(reference, caller, (as) =>
    shared.flight(`list ${upstream.host}/${path} ${as.key}`, () => ask(as)),
  );
  return value;
}

function kept(query: URLSearchParams, names: readonly string[]): string {
  const wanted = new URLSearchParams();
  for (const name of names) {
    const value = query.get(name);
    if (value !== null && value.length <= 255) wanted.set(name, value);
  }
  return wanted.size === 0 ? "" : `?${wanted}`;
}

// The registry's link leads to itself; only its query is passed on.
function nextPage(link: string | undefined, written: string, rest: string): string | undefined {
  const target = asString(/^<([^>]{1,2048})>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1]);
  if (target === undefined || !URL.canParse(target, "http://registry/")) return undefined;
  const { search } = new URL(target, "http://registry/");
  return `</v2/${written}/${rest}${search}>; rel="next"`;
}
