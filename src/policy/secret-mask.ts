// The door to what hides values of secrets, for rooms that know no audit.

export { maskSecrets, secretRanges } from "../audit/secrets/mask-secrets.ts";
