// The two kinds of key and value in jars: Maven's pom.properties, and manifests, whose lines are folded after 72 bytes (JAR
// file specification).

/** Maven's names of what an archive was made of. */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** Undefined unless all three are there. */
export function parsePomProperties(text: string): Coordinates | undefined {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0 && line[0] !== "#") values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const group = values.get("groupId");
  const artifact = values.get("artifactId");
  const version = values.get("version");
  return group && artifact && version ? { group, artifact, version } : undefined;
}

/** Attributes of the main section. */
export function parseManifest(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const [main = ""] = text.replaceAll("\r\n", "\n").replaceAll("\n ", "").split("\n\n", 1);
  for (const line of main.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) values.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return values;
}
