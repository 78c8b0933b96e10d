// The limits that an authority's certificate sets to what lies below it (RFC 5280 sections 4.2.1.9 and 4.2.1.10), which
// node:crypto does not tell: a walk through the DER of the certificate, no further than to its extensions.

/** What an authority's certificate allows. */
export interface AuthorityLimits {
  /** So many authorities may lie between it and the signer; undefined: any number. */
  readonly pathLength: number | undefined;
  /** It is an authority for some names only. */
  readonly namesLimited: boolean;
}

const BASIC_CONSTRAINTS = "551d13";
const NAME_CONSTRAINTS = "551d1e";
const TAG = { boolean: 0x01, integer: 0x02, octets: 0x04, extensions: 0xa3 } as const;

/** The limits in the DER of a certificate; undefined when it cannot be read. */
export function authorityLimits(der: Uint8Array): AuthorityLimits | undefined {
  const certificate = parts(der)?.[0];
  const signed = certificate && parts(certificate.content)?.[0];
  const fields = signed && parts(signed.content);
  if (!fields) return undefined;
  const wrapper = fields.find(({ tag }) => tag === TAG.extensions);
  const list = wrapper ? parts(parts(wrapper.content)?.[0]?.content) : [];
  const extensions = list?.map(({ content }) => parts(content));
  if (!extensions?.every((extension) => extension !== undefined)) return undefined;
  const named = (oid: string) => extensions.find(([id]) => Buffer.from(id?.content ?? []).toString("hex") === oid);
  const basic = named(BASIC_CONSTRAINTS)?.find(({ tag }) => tag === TAG.octets);
  const constraints = basic ? parts(parts(basic.content)?.[0]?.content) : [];
  if (!constraints) return undefined;
  const length = constraints.find(({ tag }) => tag === TAG.integer);
  return {
    pathLength: length && Number(`0x${Buffer.from(length.content).toString("hex")}`),
    namesLimited: named(NAME_CONSTRAINTS) !== undefined,
  };
}

interface Part {
  readonly tag: number;
  readonly content: Uint8Array;
}

// The values that follow one another in the bytes; undefined when they do not end where the bytes do.
function parts(bytes: Uint8Array | undefined): readonly Part[] | undefined {
  if (bytes === undefined) return undefined;
  const found: Part[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2);
    const more = first < 0x80 ? 0 : first - 0x80;
    // The indefinite length is no DER; four bytes of length are more than any file that is read.
    if (at + 2 + more > bytes.length || first === 0x80 || more > 4) return undefined;
    const long = Buffer.from(bytes.subarray(at + 2, at + 2 + more));
    const length = more === 0 ? first : long.readUIntBE(0, more);
    const start = at + 2 + more;
    if (start + length > bytes.length) return undefined;
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}
