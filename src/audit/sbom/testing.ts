// For tests: what SPDX 2.3 asks of a document in JSON, as a schema of our own, written down clause by clause from the
// specification's text (clauses 6 to 12, annexes D and F): no package that we can install has the project's. Stricter than a
// document needs to be in one point: what has no content is left out.

type Schema = Readonly<Record<string, unknown>>;

/** An object of these fields and no others. */
function record(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}) {
  const properties = { ...required, ...optional };
  return { type: "object", required: Object.keys(required), additionalProperties: false, properties };
}

const listOf = (items: Schema, minItems = 0) => ({ type: "array", items, minItems });
const oneOf = (words: string) => ({ enum: words.split(" ") });
const form = (pattern: string) => ({ type: "string", pattern });

const TEXT = { type: "string", minLength: 1 };
/** Clauses 6.3 and 7.2; of another document (11.1): its name and a colon before. */
const ID = form("^SPDXRef-[A-Za-z0-9.-]+$");
const RELATED = form("^(?:(?:DocumentRef-[A-Za-z0-9.+-]+:)?SPDXRef-[A-Za-z0-9.-]+|NONE|NOASSERTION)$");
/** Annex D, as far as a pattern can tell: the parser of expressions tells the rest. */
const LICENCE = form("^[A-Za-z0-9.+:() -]+$");
/** Clauses 6.9 and 7.25: UTC, to the second. */
const TIME = form("^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$");
/** Clauses 7.5 and 7.6. */
const ACTOR = form("^(?:NOASSERTION|(?:Person|Organization): .+)$");
/** Clauses 6.8 and 12.1. */
const MAKER = form("^(?:Tool|Person|Organization): .+$");
/** Clauses 7.7 and 7.11: an address of the web or of a version control system. */
const PLACE = form("^(?:NONE|NOASSERTION|(?:[a-z]+\\+)?[a-z][a-z0-9.+-]*:\\S+)$");

/** Clause 7.10: how long each algorithm's value is, in bytes; those of variable length are left out. */
const HASHES = [
  ...(["SHA1 20", "SHA224 28", "SHA256 32", "SHA384 48", "SHA512 64", "MD2 16", "MD4 16", "MD5 16"] as const),
  ...(["SHA3-256 32", "SHA3-384 48", "SHA3-512 64", "BLAKE2b-256 32", "BLAKE2b-384 48", "BLAKE2b-512 64"] as const),
  ...(["BLAKE3 32", "ADLER32 4"] as const),
].map((one) => one.split(" ") as [name: string, bytes: string]);
const CHECKSUM = {
  anyOf: HASHES.map(([name, bytes]) =>
    record({ algorithm: { const: name }, checksumValue: form(`^[0-9a-f]{${Number(bytes) * 2}}$`) }),
  ),
};

/** Clause 12. */
const ANNOTATION = record({
  ...{ annotator: MAKER, annotationDate: TIME, annotationType: oneOf("REVIEW OTHER"), comment: TEXT },
});

/** Annex F: the types of each category, with the form of a locator where one is said. */
const REFERENCES = [
  ["SECURITY", "cpe22Type", "^[c][pP][eE]:/[AHOaho]?(?::\\S*)*$"],
  ["SECURITY", "cpe23Type", "^cpe:2\\.3:[aho*-](?::\\S+)+$"],
  ["SECURITY", "(?:advisory|fix|url)", "^[a-z][a-z0-9.+-]*:\\S+$"],
  ["SECURITY", "swid", "^swid:\\S+$"],
  ["PACKAGE-MANAGER", "(?:maven-central|npm|nuget|bower)", "^\\S+$"],
  ["PACKAGE-MANAGER", "purl", "^pkg:[A-Za-z][A-Za-z0-9.+-]*/\\S+$"],
  ["PERSISTENT-ID", "swh", "^swh:1:(?:snp|rel|rev|dir|cnt):[0-9a-f]{40}$"],
  ["PERSISTENT-ID", "gitoid", "^gitoid:(?:blob|tree|commit|tag):\\S+$"],
  ["OTHER", "\\S+", "^\\S+$"],
] as const;
const REFERENCE = {
  anyOf: REFERENCES.map(([category, type, locator]) =>
    record(
      { referenceCategory: { const: category }, referenceType: form(`^${type}$`), referenceLocator: form(locator) },
      { comment: TEXT },
    ),
  ),
};

const LICENSED = { licenseConcluded: LICENCE, licenseComments: TEXT, copyrightText: TEXT, comment: TEXT };
const SAID = { annotations: listOf(ANNOTATION), attributionTexts: listOf(TEXT) };

/** Clause 7. */
const PACKAGE = {
  ...record(
    { SPDXID: ID, name: TEXT, downloadLocation: PLACE },
    {
      ...{ versionInfo: TEXT, packageFileName: TEXT, supplier: ACTOR, originator: ACTOR, homepage: PLACE },
      ...{ filesAnalyzed: { type: "boolean" }, checksums: listOf(CHECKSUM), sourceInfo: TEXT, ...LICENSED, ...SAID },
      packageVerificationCode: record(
        { packageVerificationCodeValue: form("^[0-9a-f]{40}$") },
        { packageVerificationCodeExcludedFiles: listOf(TEXT) },
      ),
      ...{ licenseInfoFromFiles: listOf(LICENCE), licenseDeclared: LICENCE, summary: TEXT, description: TEXT },
      ...{ externalRefs: listOf(REFERENCE), hasFiles: listOf(ID) },
      primaryPackagePurpose: oneOf(
        "APPLICATION FRAMEWORK LIBRARY CONTAINER OPERATING_SYSTEM DEVICE FIRMWARE SOURCE ARCHIVE FILE INSTALL OTHER",
      ),
      ...{ releaseDate: TIME, builtDate: TIME, validUntilDate: TIME },
    },
  ),
  // Clauses 7.8, 7.9 and 7.14: of files that nobody looked at nothing is said.
  if: { required: ["filesAnalyzed"], properties: { filesAnalyzed: { const: false } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    not: {
      anyOf: [
        { required: ["packageVerificationCode"] },
        { required: ["licenseInfoFromFiles"] },
        { required: ["hasFiles"] },
      ],
    },
  },
};

/** Clause 8; exactly one of the checksums is of SHA-1. */
const FILE = record(
  {
    ...{ SPDXID: ID, fileName: TEXT },
    checksums: { ...listOf(CHECKSUM, 1), contains: { properties: { algorithm: { const: "SHA1" } } }, maxContains: 1 },
  },
  {
    ...{ ...LICENSED, ...SAID, licenseInfoInFiles: listOf(LICENCE), noticeText: TEXT, fileContributors: listOf(TEXT) },
    fileTypes: listOf(oneOf("SOURCE BINARY ARCHIVE APPLICATION AUDIO IMAGE TEXT VIDEO DOCUMENTATION SPDX OTHER")),
  },
);

/** Clause 9. */
const POINTER = (place: string) => record({ reference: ID, [place]: { type: "integer", minimum: 1 } });
const RANGE = {
  anyOf: ["offset", "lineNumber"].map((place) => record({ startPointer: POINTER(place), endPointer: POINTER(place) })),
};
const SNIPPET = record(
  { SPDXID: ID, name: TEXT, snippetFromFile: RELATED, ranges: listOf(RANGE, 1) },
  { ...LICENSED, ...SAID, licenseInfoInSnippets: listOf(LICENCE) },
);

/** Clause 11. */
const RELATIONSHIP = record(
  {
    ...{ spdxElementId: RELATED, relatedSpdxElement: RELATED },
    relationshipType: form(
      `^(?:${[
        "DESCRIBES|DESCRIBED_BY|CONTAINS|CONTAINED_BY|DEPENDS_ON|(?:(?:BUILD|DEV|OPTIONAL|PROVIDED|TEST|RUNTIME)_)?DEPENDENCY_OF",
        "DEPENDENCY_MANIFEST_OF|EXAMPLE_OF|GENERATES|GENERATED_FROM|ANCESTOR_OF|DESCENDANT_OF|VARIANT_OF|COPY_OF|PACKAGE_OF",
        "DISTRIBUTION_ARTIFACT|PATCH_FOR|PATCH_APPLIED|FILE_(?:ADDED|DELETED|MODIFIED)|EXPANDED_FROM_ARCHIVE|DYNAMIC_LINK",
        "STATIC_LINK|DATA_FILE_OF|TEST(?:_CASE)?_OF|(?:BUILD|DEV|TEST)_TOOL_OF|DOCUMENTATION_OF|OPTIONAL_COMPONENT_OF",
        "METAFILE_OF|AMENDS|PREREQUISITE_FOR|HAS_PREREQUISITE|REQUIREMENT_DESCRIPTION_FOR|SPECIFICATION_FOR|OTHER",
      ].join("|")})$`,
    ),
  },
  { comment: TEXT },
);

/** The schema of a whole document: clause 6, and in it all others. */
export const SPDX_STRUCTURE = record(
  {
    ...{ spdxVersion: { const: "SPDX-2.3" }, dataLicense: { const: "CC0-1.0" } },
    ...{ SPDXID: { const: "SPDXRef-DOCUMENT" }, name: TEXT },
    // Clause 6.5: an absolute address without "#".
    documentNamespace: { type: "string", format: "uri", pattern: "^[^#]+$" },
    creationInfo: record(
      { created: TIME, creators: listOf(MAKER, 1) },
      { comment: TEXT, licenseListVersion: form("^\\d+\\.\\d+$") },
    ),
  },
  {
    ...{ comment: TEXT, annotations: listOf(ANNOTATION), documentDescribes: listOf(ID), packages: listOf(PACKAGE) },
    externalDocumentRefs: listOf(
      record({
        externalDocumentId: form("^DocumentRef-[A-Za-z0-9.+-]+$"),
        spdxDocument: { type: "string", format: "uri" },
        checksum: CHECKSUM,
      }),
    ),
    hasExtractedLicensingInfos: listOf(
      record(
        { licenseId: form("^LicenseRef-[A-Za-z0-9.-]+$"), extractedText: TEXT },
        { name: TEXT, comment: TEXT, seeAlsos: listOf(TEXT) },
      ),
    ),
    ...{ files: listOf(FILE), snippets: listOf(SNIPPET), relationships: listOf(RELATIONSHIP) },
  },
);
