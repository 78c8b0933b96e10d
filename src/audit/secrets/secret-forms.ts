// Forms that issuers give to credentials so that they are found: a table. Each has a mark that stands in every such text, a pattern
// of bounded length that begins with it, and a check of its own where the issuer put one in. Knows no file.

import { endsWithChecksum, isBasicAuth, isSignedToken, isVaried } from "./token-checks.ts";

export interface SecretForm {
  /** A phrase: "a token of GitHub". */
  readonly kind: string;
  /** Every text of this form begins with it. */
  readonly mark: string;
  /** Sticky; its first group, or the whole, is what `check` gets. */
  readonly pattern: RegExp;
  readonly check: (random: string) => boolean;
}

function form(kind: string, mark: string, rest: string, check: SecretForm["check"] = isVaried): SecretForm {
  return { kind, mark, pattern: new RegExp(`${mark.replace(/[.\\"]/g, "\\$&")}${rest}`, "y"), check };
}

const END = "(?![A-Za-z0-9_-])";
const WORD = "[A-Za-z0-9_-]";

const GITHUB = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((mark) =>
  form("a token of GitHub", mark, `([A-Za-z0-9]{36})${END}`, endsWithChecksum),
);
const GITLAB = ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"].map((mark) =>
  form("a token of GitLab", mark, `(${WORD}{20,64})(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?${END}`),
);
const AWS = ["AKIA", "ASIA", "ABIA"].map((mark) => form("a key id of AWS", mark, `([A-Z0-9]{16})${END}`));
const SLACK = ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-"].map((mark) =>
  form("a token of Slack", mark, `([A-Za-z0-9-]{24,200})${END}`),
);
const STRIPE = ["sk_live_", "rk_live_"].map((mark) => form("a key of Stripe", mark, `([A-Za-z0-9]{24,120})${END}`));
const DIGITAL_OCEAN = ["dop_v1_", "doo_v1_", "dor_v1_"].map((mark) =>
  form("a token of DigitalOcean", mark, `([a-f0-9]{64})${END}`),
);

/** All forms. */
export const SECRET_FORMS: readonly SecretForm[] = [
  ...GITHUB,
  form("a token of GitHub", "github_pat_", `([A-Za-z0-9]{22}_[A-Za-z0-9]{59})${END}`),
  ...GITLAB,
  form("a token of npm", "npm_", `([A-Za-z0-9]{36})${END}`, endsWithChecksum),
  form("a token of PyPI", "pypi-AgEIcHlwaS5vcmc", `(${WORD}{50,500})${END}`),
  form("a token of PyPI", "pypi-AgENdGVzdC5weXBpLm9yZ", `(${WORD}{50,500})${END}`),
  form("a token of Docker Hub", "dckr_pat_", `(${WORD}{27})${END}`),
  form("a token of RubyGems", "rubygems_", `([a-f0-9]{48})${END}`),
  form("a token of Hugging Face", "hf_", `([A-Za-z]{34})${END}`),
  ...AWS,
  form("a key of Google", "AIza", `(${WORD}{35})${END}`),
  form("a client secret of Google", "GOCSPX-", `(${WORD}{28})${END}`),
  form("an account key of Azure", "AccountKey=", "([A-Za-z0-9+/]{86}==)"),
  ...DIGITAL_OCEAN,
  ...SLACK,
  ...STRIPE,
  form("a key of SendGrid", "SG.", `(${WORD}{22}\\.${WORD}{43})${END}`),
  form("a key of OpenAI", "sk-proj-", `(${WORD}{20,100}T3BlbkFJ${WORD}{20,100})${END}`),
  form("a key of Anthropic", "sk-ant-", `([a-z0-9]{3,8}-${WORD}{80,120})${END}`),
  form("a token of Vault", "hvs.", `(${WORD}{24,200})${END}`),
  form("a key of age", "AGE-SECRET-KEY-1", `([A-Z0-9]{58})${END}`),
  form("a key of Tailscale", "tskey-", `([a-z]{3,12}-${WORD}{16,80})${END}`),
  form("a signed token", "eyJ", `${WORD}{8,1024}\\.eyJ${WORD}{8,4096}\\.${WORD}{16,1024}`, isSignedToken),
  form("a password of a registry", '"auth"', '\\s{0,4}:\\s{0,4}"([A-Za-z0-9+/]{8,512}={0,2})"', isBasicAuth),
];
