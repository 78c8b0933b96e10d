// YAML read and written, for lazy import. The package is CommonJS: imported lazily itself, it has no named exports once it is
// bundled. Nothing that every start loads may import this file.

export {
  Composer,
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  parse,
  parseDocument,
  stringify,
  visit,
} from "yaml";
