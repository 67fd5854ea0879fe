"""What obligations hide: values that leave as opaque tokens, the same for the same value."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

#: The obligations that are carried out on metadata.
MASKS = frozenset({"mask-params", "mask-tags", "mask-datasets", "mask-paths"})

_PATHS = frozenset(
    {
        "artifact_location",
        "artifact_path",
        "artifact_uri",
        "download_uri",
        "root_uri",
        "run_link",
        "source_uri",
        "storage_location",
    }
)
# Tags of MLflow that its own UI and client need, and that say nothing of the data.
_PLAIN_TAGS = frozenset(
    {
        "mlflow.experiment.isGateway",
        "mlflow.experimentKind",
        "mlflow.parentRunId",
        "mlflow.prompt.is_prompt",
        "mlflow.runColor",
        "mlflow.runName",
        "mlflow.source.type",
    }
)
_TAG = re.compile(r"(?i)\btags?\.(?:`([^`]*)`|\"([^\"]*)\"|([\w.-]+))")
_PATH_TAGS = re.compile(r"mlflow\.(source\.(name|git\..*)|log-model\.history|project\..*|artifactLocation)")
# Words by which a filter or an order names what obligations hide.
_WORDS = {
    "param": "mask-params",
    "tag": "mask-tags",
    "metadata": "mask-tags",
    "dataset": "mask-datasets",
    "source": "mask-paths",
    "uri": "mask-paths",
    "path": "mask-paths",
    "location": "mask-paths",
}
_PREFIX = "masked."
_TOKEN = re.compile(r"masked\.[A-Za-z0-9_-]+")
_BLOCK = 32
_LONGEST = 512


class Masks:
    """Makes tokens, and finds the value again in a filter that has one.

    A token is the value encrypted deterministically (AES-SIV), padded so that it does not tell the length. Of a value over 512
    bytes it is a digest, which is as stable but cannot be looked for.
    """

    def __init__(self, key: bytes, plain_tags: frozenset[str] = frozenset()) -> None:
        self._siv = AESSIV(hashlib.blake2b(key, digest_size=64, person=b"ostiary-mask").digest())
        self._plain_tags = _PLAIN_TAGS | plain_tags

    def token(self, kind: str, value: str) -> str:
        """The token that stands for a value of that kind."""
        data = value.encode()
        if len(data) > _LONGEST:
            data = b"\1" + hashlib.sha256(data).digest()
        else:
            data = b"\0" + data
        padded = data + b"\x80" + b"\0" * (-(len(data) + 1) % _BLOCK)
        return _PREFIX + base64.urlsafe_b64encode(self._siv.encrypt(padded, [kind.encode()])).rstrip(b"=").decode()

    def value(self, kind: str, token: str) -> str | None:
        """The value that a token stands for, if it can be told."""
        text = token.removeprefix(_PREFIX)
        try:
            padded = self._siv.decrypt(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), [kind.encode()])
        except (InvalidTag, ValueError):
            return None
        data = padded[: padded.rindex(b"\x80")]
        return data[1:].decode() if data[:1] == b"\0" else None

    def unmasked(self, filter_string: str) -> tuple[str, frozenset[str]]:
        """A filter with its tokens read back, and the obligations whose values it would tell of.

        Who may not see a value must not find out by searching for it either: things masked in one of these kinds are left
        out of such a search. A comparison with a token tells nothing that the token did not.
        """
        told: set[str] = set()
        parts = []
        for part in re.split(r"(?i)(\s+and\s+)", filter_string):
            kinds = self.told(part)
            token = _TOKEN.search(part)
            alone = re.fullmatch(r"\s*[^\s'\"]+\s*=\s*(['\"])masked\.[A-Za-z0-9_-]+\1\s*", part)
            if token and alone and len(kinds) == 1:
                value = self.value(next(iter(kinds)), token.group())
                if value is not None and not set("'\"\\\n") & set(value) and " and " not in value.lower():
                    part = part.replace(token.group(), value)
                    kinds = frozenset()
            told |= kinds
            parts.append(part)
        return "".join(parts), frozenset(told)

    def told(self, text: str) -> frozenset[str]:
        """The obligations whose values a filter or an order may tell of; rather one too many."""
        lower = _TAG.sub(lambda tag: "" if (tag[1] or tag[2] or tag[3]) in self._plain_tags else tag[0], text).lower()
        return frozenset(kind for word, kind in _WORDS.items() if word in lower)

    def apply(self, kinds: frozenset[str], node: Any) -> Any:
        """An answer of MLflow with all that these obligations hide masked."""
        if not kinds:
            return node
        if isinstance(node, list):
            return [self.apply(kinds, one) for one in node]
        if not isinstance(node, Mapping):
            return node
        return {name: self._field(kinds, name, inner) for name, inner in node.items()}

    def _field(self, kinds: frozenset[str], name: str, inner: Any) -> Any:
        if name in ("params", "model_params"):
            return self._pairs("mask-params", kinds, inner) if "mask-params" in kinds else inner
        if name in ("tags", "trace_metadata", "request_metadata"):
            return self._tags(kinds, inner)
        if name in ("dataset", "dataset_summaries", "dataset_name", "dataset_digest") and "mask-datasets" in kinds:
            return self._all_texts("mask-datasets", inner)
        if isinstance(inner, str) and inner and "mask-paths" in kinds:
            # A dataset's and a version's `source` are places; those of other things are not there.
            if name in _PATHS or name == "source":
                return self.token("mask-paths", inner)
        return self.apply(kinds, inner)

    def _pairs(self, kind: str, kinds: frozenset[str], inner: Any) -> Any:
        if isinstance(inner, Mapping):
            return {key: self.token(kind, str(value)) for key, value in inner.items()}
        if isinstance(inner, list):
            return [
                {**pair, "value": self.token(kind, str(pair.get("value", "")))} if isinstance(pair, Mapping) else pair
                for pair in inner
            ]
        return inner

    def _tags(self, kinds: frozenset[str], inner: Any) -> Any:
        def shown(key: str, value: Any) -> Any:
            if "mask-paths" in kinds and _PATH_TAGS.fullmatch(key):
                return self.token("mask-paths", str(value))
            if "mask-tags" in kinds and key not in self._plain_tags:
                return self.token("mask-tags", str(value))
            return value

        if isinstance(inner, Mapping):
            return {key: shown(str(key), value) for key, value in inner.items()}
        if isinstance(inner, list):
            return [
                {**tag, "value": shown(str(tag.get("key", "")), tag.get("value", ""))}
                if isinstance(tag, Mapping)
                else tag
                for tag in inner
            ]
        return inner

    def _all_texts(self, kind: str, node: Any) -> Any:
        if isinstance(node, list):
            return [self._all_texts(kind, one) for one in node]
        if isinstance(node, Mapping):
            return {
                name: value if name in ("experiment_id", "source_type") else self._all_texts(kind, value)
                for name, value in node.items()
            }
        return self.token(kind, node) if isinstance(node, str) and node else node
