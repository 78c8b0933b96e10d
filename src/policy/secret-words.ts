// What looks like a secret: names of variables, and values by their form. Signs only: nothing here is certain, and no value
// leaves this file.

// Words that a secret's name has, as whole parts of a name in capitals, underscores or camel case.
const NAMES =
  /(^|[_.-])(PASS(WORD|WD|PHRASE|CODE)?|PWD|SECRET|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|MASTER_?KEY|AUTH_?KEY|APIKEY|DSN)(\d*)($|[_.-])|PASSWORD|PASSWD/;
// A name that says something about a secret, not the secret itself.
const ABOUT =
  /(^|[_.-])(FILE|PATH|DIR|TTL|LENGTH|LEN|MIN|MAX|EXPIRY|EXPIRES|EXPIRATION|LIFETIME|TIMEOUT|ENABLED?|DISABLED?|REQUIRED|TYPE|ALGORITHM|HEADER|URL|URI|ENDPOINT|NAME|POLICY|ISSUER|AUDIENCE|RETRIES|COUNT|COST|ROUNDS)$|(^|_)(ALLOW|NO|DISABLE|ENABLE|REQUIRE|RANDOM|USE)_/;
const HARMLESS_VALUE = /^(\d{1,6}|true|false|yes|no|on|off|none|null|disabled?|enabled?|\/\S*|\$\{?\w+\}?)$/i;

// Forms that issuers of credentials give them on purpose, so that they are found.
const FORMS: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ["an access key of AWS", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})/],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{20}/],
  ["a token of Slack", /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ["an address with a password", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,64}:(?!\$)[^\s/:@]{1,128}@/i],
];

// Beyond this a value is a document; its beginning is enough to know a key by.
const LOOKED_AT = 8192;

/** Why a variable looks like a secret: a phrase, or undefined. */
export function secretSign(name: string, value: string): string | undefined {
  if (value === "" || HARMLESS_VALUE.test(value)) return undefined;
  const upper = name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toUpperCase();
  if (NAMES.test(upper) && !ABOUT.test(upper)) return "its name says so";
  const form = secretForm(value);
  if (form !== undefined) return `its value has the form of ${form}`;
  return !ABOUT.test(upper) && looksRandom(value) ? "its value looks random" : undefined;
}

/** What a text has the form of, if a credential's. */
export function secretForm(text: string): string | undefined {
  const begin = text.slice(0, LOOKED_AT);
  return FORMS.find(([, form]) => form.test(begin))?.[0];
}

/** The sign of a secret in an argument such as `--password=x`. */
export function secretInArgument(argument: string): string | undefined {
  const [, name, value] = /^--?([A-Za-z][A-Za-z0-9_.-]{0,63})=(.*)$/s.exec(argument) ?? [];
  return name === undefined || value === undefined ? undefined : secretSign(name.replaceAll("-", "_"), value);
}

// Random letters of all kinds: capitals, small ones and digits mixed, with nearly as much surprise in each as there can be.
function looksRandom(value: string): boolean {
  if (value.length < 24 || value.length > 256 || !/^[A-Za-z0-9+/=_-]+$/.test(value) || value.startsWith("/"))
    return false;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
  return mixed && entropyOf(value) >= 4.2;
}

/** Bits of surprise in each character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / text.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
