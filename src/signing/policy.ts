// Which images may be used here: rules by path and by repository, each with the signers it asks for. Pure: what was
// signed and what the files say come in as data.

/** What happens to an image that a rule finds wanting. */
export type Mode = "enforce" | "warn" | "off";

/** A signer that a rule accepts. */
export type AllowedSigner =
  /** Fingerprint of an OpenPGP primary key, 40 upper-case hexadecimal digits. */
  | { readonly kind: "pgp"; readonly id: string }
  /** SHA-256 of a public key in DER, hexadecimal; and the PEM file it is in. */
  | { readonly kind: "key"; readonly id: string; readonly path: string };

/** Who made a signature that is good. */
export type GoodSigner = Pick<AllowedSigner, "kind" | "id">;

/** What is asked of the images under a prefix. */
export interface Demand {
  readonly mode: Mode;
  readonly signers: readonly AllowedSigner[];
  /** `any` one of the signers, or `all` of them. */
  readonly need: "any" | "all";
}

/** One rule. */
export interface PolicyRule extends Demand {
  readonly on: "path" | "repository";
  /** `/apps/images`; `registry.example.org/science`. Covers itself and what lies below. */
  readonly prefix: string;
}

/** One policy file. */
export interface SignaturePolicy {
  readonly file: string;
  readonly rules: readonly PolicyRule[];
  /** For images that no rule is about. */
  readonly fallback: Demand;
}

/** An image to be used. */
export type Subject =
  /** A real path, without links. */
  | { readonly kind: "path"; readonly name: string }
  /** `host/repository`, without tag and digest. */
  | { readonly kind: "repository"; readonly name: string };

/** What is known of an image's signatures: who signed all of it, and why others do not count. */
export interface Signatures {
  readonly signers: readonly GoodSigner[];
  readonly why: string | undefined;
}

/** What to do. */
export interface Verdict {
  readonly action: "allow" | "warn" | "refuse";
  /** The rule, as it is named to people. */
  readonly rule: string;
  readonly why: string;
}

/** The demand that an image meets in a policy: of the longest prefix that covers it. */
export function demandOn(policy: SignaturePolicy, subject: Subject): Demand & { readonly rule: string } {
  let best: PolicyRule | undefined;
  for (const rule of policy.rules) {
    if (rule.on !== subject.kind || !covers(rule.prefix, subject.name)) continue;
    if (best === undefined || bare(rule.prefix).length > bare(best.prefix).length) best = rule;
  }
  return best ? { ...best, rule: `${best.on} ${best.prefix}` } : { ...policy.fallback, rule: "default" };
}

// A prefix ends at a border of the name: /apps does not cover /apps-old.
function covers(prefix: string, name: string): boolean {
  return name === bare(prefix) || name.startsWith(`${bare(prefix)}/`);
}

function bare(prefix: string): string {
  return prefix.replace(/\/+$/, "");
}

/** What a policy says of an image with these signatures. */
export function decide(policy: SignaturePolicy, subject: Subject, signatures: Signatures): Verdict {
  const { mode, signers: allowed, need, rule } = demandOn(policy, subject);
  if (mode === "off") return { action: "allow", rule, why: "nothing is asked" };
  const signed = (signer: AllowedSigner) =>
    signatures.signers.some(({ kind, id }) => kind === signer.kind && id === signer.id);
  const enough = need === "all" ? allowed.length > 0 && allowed.every(signed) : allowed.some(signed);
  if (enough) return { action: "allow", rule, why: "it is signed as it must be" };
  const why = fault(allowed, allowed.filter(signed).length, need, signatures);
  return { action: mode === "warn" ? "warn" : "refuse", rule, why };
}

function fault(allowed: readonly AllowedSigner[], got: number, need: "any" | "all", { why }: Signatures): string {
  if (allowed.length === 0) return "no signer is named whose images may be used";
  const because = why === undefined ? "" : `: ${why}`;
  if (need === "all") return `${got} of the ${allowed.length} signatures it needs are there${because}`;
  return `none of the ${allowed.length} allowed signers has signed it${because}`;
}

/** The stricter of several verdicts; undefined for none. */
export function strictest<V extends Pick<Verdict, "action">>(verdicts: readonly V[]): V | undefined {
  const order = ["refuse", "warn", "allow"] as const;
  return order.map((action) => verdicts.find((verdict) => verdict.action === action)).find((found) => found);
}
