// Files that are credentials by their name alone, or by their name and what is in them. Knows no recipe and no image.

/** How far a name goes: `content` names hold other things as often, so that their text has to say so. */
export type CredentialSign = "name" | "content";

interface CredentialFile {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly sign: CredentialSign;
}

// Paths have no slash in front and are in small letters.
const FILES: readonly CredentialFile[] = [
  { kind: "a private key of SSH", pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/, sign: "name" },
  { kind: "passwords of .netrc", pattern: /(?:^|\/)[._]netrc$/, sign: "name" },
  { kind: "a token of npm", pattern: /(?:^|\/)\.npmrc$/, sign: "content" },
  { kind: "passwords of PyPI", pattern: /(?:^|\/)\.pypirc$/, sign: "name" },
  { kind: "variables of .env", pattern: /(?:^|\/)\.env(?:\.[\w.-]+)?$/, sign: "content" },
  { kind: "keys of AWS", pattern: /(?:^|\/)\.aws(?:$|\/credentials$)/, sign: "name" },
  { kind: "keys of SSH", pattern: /(?:^|\/)\.ssh$/, sign: "name" },
  { kind: "passwords of registries", pattern: /(?:^|\/)\.docker(?:$|\/config\.json$)/, sign: "name" },
  {
    kind: "credentials of Kubernetes",
    pattern: /(?:^|\/)(?:kubeconfig|[\w.-]+\.kubeconfig|\.kube\/config)$/,
    sign: "name",
  },
  {
    kind: "credentials of a cloud",
    pattern: /(?:^|\/)(?:credentials|service-account|serviceaccount|application_default_credentials)\.json$/,
    sign: "name",
  },
  { kind: "a key with its certificate", pattern: /\.(?:p12|pfx|jks|keystore)$/, sign: "name" },
  { kind: "a private key", pattern: /(?:^|\/)[^/]+\.key$/, sign: "name" },
  { kind: "a private key", pattern: /\.pem$/, sign: "content" },
];

// Templates and public halves have the same names with more behind.
const HARMLESS =
  /\.(?:pub|example|sample|template|tmpl|dist|md|txt|in|j2)$|(?:^|\/)\.env\.(?:example|sample|template|dist|test|defaults?)$/;
const PUBLIC_PEM =
  /(?:^|[^a-z])(?:ca|cert|certs|chain|fullchain|cacert|ca-?bundle|ca-?certs?|public|pub|root|trust|bundle|crt|rds|global|dhparams?)(?:[^a-z]|$)/;

/** What a file is by its name, and whether the name alone says so; undefined for all other files. */
export function credentialFile(path: string): { readonly kind: string; readonly sign: CredentialSign } | undefined {
  const lower = path.toLowerCase().replace(/\/+$/, "").replace(/^\/+/, "");
  if (HARMLESS.test(lower)) return undefined;
  const file = FILES.find(({ pattern }) => pattern.test(lower));
  if (!file) return undefined;
  if (lower.endsWith(".pem") && PUBLIC_PEM.test(lower.slice(lower.lastIndexOf("/") + 1))) return undefined;
  return { kind: file.kind, sign: file.sign };
}

const PUBLISHED =
  /(?:^|\/)(?:tests?|testdata|test_data|testing|examples?|fixtures|docs?)\/|(?:^|\/)usr\/share\/(?:doc|man|perl|python)|(?:^|\/)test_?[^/]*$/;
const LIBRARIES =
  /(?:^|\/)(?:usr\/(?:local\/)?(?:lib|lib64|share|src)|(?:site|dist)-packages|node_modules|conda\/pkgs|go\/pkg)\//;

/** True for places where packages have keys that everybody knows: their tests and examples. */
export function isPublishedExample(path: string): boolean {
  return LIBRARIES.test(path) && PUBLISHED.test(path);
}

/** True for files of settings, where a random value beside a secret word is worth a finding. */
export function isSettingsFile(path: string): boolean {
  if (LIBRARIES.test(path) || /(?:^|\/)(?:package-lock|composer\.lock|conda-meta)/.test(path)) return false;
  return /\.(?:env|conf|cfg|ini|ya?ml|toml|json|properties|sh|netrc|rc|profile)$|(?:^|\/)\.(?:env|netrc|npmrc|pypirc|pgpass|my\.cnf|s3cfg|bashrc|profile|bash_history|python_history)[^/]*$/.test(
    path,
  );
}
