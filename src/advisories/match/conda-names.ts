// What the packages of conda are called where advisories know them: on PyPI and CRAN. Data; most names are the same, and the
// table has those that are not. Libraries in C have no advisories of their own in OSV and give no question.

import type { Package } from "../../audit/types.ts";
import type { Question } from "./ecosystems.ts";

/** Python packages whose conda name is another. */
const RENAMED: Readonly<Record<string, string>> = {
  airflow: "apache-airflow",
  "beautiful-soup": "beautifulsoup4",
  "black-jupyter": "black",
  "brotli-python": "Brotli",
  "cupy-core": "cupy",
  "dask-core": "dask",
  "fastapi-core": "fastapi",
  "geopandas-base": "geopandas",
  "jsonschema-with-format-nongpl": "jsonschema",
  "matplotlib-base": "matplotlib",
  "mlflow-skinny": "mlflow",
  "msgpack-python": "msgpack",
  "numpy-base": "numpy",
  opencv: "opencv-python",
  "py-lightgbm": "lightgbm",
  "py-mxnet": "mxnet",
  "py-opencv": "opencv-python",
  "py-xgboost": "xgboost",
  "py-xgboost-cpu": "xgboost",
  "py-xgboost-gpu": "xgboost",
  "pyarrow-core": "pyarrow",
  "pymc-base": "pymc",
  pyqt: "PyQt5",
  pytables: "tables",
  "python-blosc": "blosc",
  "python-duckdb": "duckdb",
  "python-flatbuffers": "flatbuffers",
  "python-graphviz": "graphviz",
  "python-igraph": "igraph",
  "python-kaleido": "kaleido",
  "python-levenshtein": "Levenshtein",
  "python-lmdb": "lmdb",
  "python-xxhash": "xxhash",
  pytorch: "torch",
  "pytorch-cpu": "torch",
  "pytorch-gpu": "torch",
  "ray-core": "ray",
  "ray-dashboard": "ray",
  "ray-default": "ray",
  "ray-serve": "ray",
  "ray-train": "ray",
  "ray-tune": "ray",
  ruamel_yaml: "ruamel.yaml",
  "spyder-base": "spyder",
  "starlette-full": "starlette",
  "tensorflow-base": "tensorflow",
  "tensorflow-cpu": "tensorflow",
  "tensorflow-eigen": "tensorflow",
  "tensorflow-gpu": "tensorflow",
  "tensorflow-mkl": "tensorflow",
  "uvicorn-standard": "uvicorn",
};

/** Packages whose name on PyPI is another project, or that PyPI only repackages. */
const NOT_PYTHON = new Set([
  ...[
    "python",
    "r-base",
    "openssl",
    "zlib",
    "sqlite",
    "curl",
    "libcurl",
    "git",
    "make",
    "cmake",
    "ninja",
    "bzip2",
    "xz",
  ],
  ...["tk", "readline", "ncurses", "ca-certificates", "cudatoolkit", "nodejs", "openjdk", "go", "rust", "perl", "ruby"],
  ...[
    "hdf5",
    "netcdf4-c",
    "proj",
    "geos",
    "gdal-c",
    "icu",
    "expat",
    "freetype",
    "mkl",
    "blas",
    "nginx",
    "redis-server",
  ],
]);

/** The questions that a conda package gives: none for what is neither Python's nor R's. */
export function upstreamOfConda({ name, version, purl }: Package): readonly Question[] {
  const lower = name.toLowerCase();
  if (lower.startsWith("r-") && lower !== "r-base")
    // A hyphen in a version of R is an underscore in conda's.
    return [{ ecosystem: "CRAN", name: name.slice(2), version: version.replaceAll("_", "-"), certainty: "certain" }];
  if (NOT_PYTHON.has(lower) || lower.startsWith("lib") || lower.startsWith("_")) return [];
  const upstream = Object.hasOwn(RENAMED, lower) ? RENAMED[lower] : lower;
  if (!upstream) return [];
  // The build says that it is made for a Python; others may only share their name with a project there.
  const python = Object.hasOwn(RENAMED, lower) || /(?:^|[_.-])py(?:\d|h|_)/.test(purl);
  return [{ ecosystem: "PyPI", name: upstream, version, certainty: python ? "certain" : "likely" }];
}
