// Names of variables that hold secrets, told from names that only say something about one (TOKEN_TTL, PASSWORD_FILE).
// Knows no recipe and no file.

// Whole parts of a name, in capitals and with underscores; PGPASSWORD and its kin have no boundary in front.
const SECRET =
  /(?:^|_)(?:PASS|PASSPHRASE|SECRETS?|TOKEN|API_?KEY|PRIVATE_?KEY|SECRET_?KEY|ACCESS_?KEY|CREDENTIALS?)\d*(?:$|_)|(?:PASSWORD|PASSWD)S?\d*(?:$|_)/;
const ABOUT =
  /(?:^|_)(?:FILE|FILES|PATH|DIR|FOLDER|TTL|LENGTH|LEN|MIN|MAX|EXPIRY|EXPIRES|EXPIRATION|LIFETIME|TIMEOUT|ENABLED?|DISABLED?|REQUIRED|TYPE|ALGORITHM|HEADER|URL|URI|ENDPOINT|NAME|POLICY|ISSUER|AUDIENCE|RETRIES|COUNT|COST|ROUNDS|LIMIT|STORE|PROVIDER|MANAGER|MODE|FORMAT|REGEX|PATTERN)$|(?:^|_)(?:ALLOW|NO|DISABLE|ENABLE|REQUIRE|RANDOM|USE|MAX|MIN|NUM|PUBLIC|ASK|PAD|BOS|EOS|MASK|STOP)_/;
const SWITCH = /^(?:\d{1,6}|true|false|yes|no|on|off|none|null|disabled?|enabled?)$/i;

// Longer names are no variables of anybody's.
const LONGEST = 256;

/** True when a variable of this name holds a secret: `DB_PASSWORD`, `apiKey`, `github-token`. */
export function isSecretName(name: string): boolean {
  if (name.length > LONGEST) return false;
  const upper = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
  return SECRET.test(upper) && !ABOUT.test(upper);
}

/** True when a value of such a name is none: a switch, a number, or the path of a file that holds the secret. */
export function isHarmlessValue(value: string): boolean {
  return SWITCH.test(value) || /^(?:\/|~\/|\.{1,2}\/)\S*$/.test(value);
}
