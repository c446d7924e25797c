"""What a stored pair may be made of: every node of its schema and every array, looked at before anything is
built. The library that reads it trusts more than we write, among it a random state whose position it does not
check (the process dies) and a scalar of any size (400 bytes ask for 10 GB).
"""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

LARGEST = 64 * 1024 * 1024
PLAIN = {
    ("DictNode", "dict"), ("FunctionNode", "asarray"), ("FunctionNode", "check_array"), ("JsonNode", "str"),
    ("ListNode", "list"), ("LossNode", "CyHalfBinomialLoss"), ("DTypeNode", "dtype"),
    ("PartialNode", "partial"), ("SliceNode", "slice"), ("TupleNode", "tuple"), ("TypeNode", "str"),
    ("TypeNode", "float64"),
}  # fmt: skip
ARRAYS = {"ndarray", "float64", "uint64", "int64", "float32"}
OBJECTS = {
    "BSpline", "Interval", "LogitLink", "HalfBinomialLoss", "ColumnTransformer", "_BinMapper",
    "HistGradientBoostingClassifier", "TreePredictor", "MissingIndicator", "SimpleImputer", "Pipeline",
    "LogisticRegression", "StandardScaler", "OneHotEncoder", "OrdinalEncoder", "FunctionTransformer",
    "LabelEncoder", "SplineTransformer", "MinMaxScaler",
}  # fmt: skip
HOMES = ("sklearn.", "scipy.", "numpy", "builtins", "functools")


def faults_of(content: bytes) -> str:
    """What forbids to build this file; empty when nothing does. Raises BadZipFile, KeyError, ValueError or
    RecursionError where it is no such file at all.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            return "it would unpack to more than 64 MiB"
        for node in _nodes(json.loads(archive.read("schema.json"))):
            if not _is_ours(node):
                return f"it names what no model of ours has: {node.get('__module__')}.{node.get('__class__')}"
        arrays = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
        if any(_claims_more(archive.read(entry)) for entry in arrays):
            return "an array in it claims more numbers than there are"
    return ""


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """All nodes, however deep, without recursion."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "__loader__" in one:
                yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _is_ours(node: dict[str, Any]) -> bool:
    loader, name = node["__loader__"], node.get("__class__")
    if not str(node.get("__module__")).startswith(HOMES):
        return False
    if loader == "RandomGeneratorNode":
        return node["content"]["bit_generator"]["content"]["bit_generator"]["content"] == '"PCG64"'
    return (
        (loader, name) in PLAIN
        or (loader == "NdArrayNode" and name in ARRAYS)
        or (loader == "ObjectNode" and name in OBJECTS)
    )


def _claims_more(array: bytes) -> bool:
    """Whether the head of an .npy promises more bytes than follow, or objects instead of numbers."""
    file = io.BytesIO(array)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    count = 1
    for side in shape:
        count *= side
    return dtype.hasobject or count * dtype.itemsize > len(array)
