"""Google's three ways to upload: the content alone, content with metadata in one body, and in pieces.

Source: https://developers.google.com/drive/api/guides/manage-uploads
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from bridge.sandbox.api import ApiError, Media
from bridge.sandbox.documents import Method
from bridge.sandbox.wire import Incoming, Outgoing, split_multipart

Json = dict[str, Any]


@dataclass(slots=True)
class Session:
    """A resumable upload under way."""

    metadata: Json
    content_type: str
    data: bytes = b""


@dataclass(slots=True)
class Uploads:
    sessions: dict[str, Session] = field(default_factory=dict)

    def receive(self, method: Method, incoming: Incoming) -> tuple[Json, Media] | Outgoing:
        """Return metadata and content once all is there, else the answer to this step of a resumable upload."""
        query = dict(incoming.pairs())
        kind = query.get("uploadType", "resumable" if incoming.path.startswith("/resumable/") else "")
        match kind:
            case "media":
                return {}, _accepted(method, incoming.headers.get("content-type", ""), incoming.body)
            case "multipart":
                return _together(method, incoming)
            case "resumable" if "upload_id" in query:
                return self._go_on(method, incoming, query["upload_id"])
            case "resumable":
                return self._begin(incoming)
        raise ApiError(400, "badRequest", "uploadType must be media, multipart or resumable.", location="uploadType")

    def _begin(self, incoming: Incoming) -> Outgoing:
        upload_id = secrets.token_urlsafe(24)
        content_type = incoming.headers.get("x-upload-content-type", "application/octet-stream")
        self.sessions[upload_id] = Session(parse_json(incoming.body), content_type)
        query = f"{incoming.query}&" if incoming.query else ""
        location = f"{incoming.root}{incoming.path}?{query}upload_id={upload_id}"
        return Outgoing(200, headers={"Location": location, "X-GUploader-UploadID": upload_id})

    def _go_on(self, method: Method, incoming: Incoming, upload_id: str) -> tuple[Json, Media] | Outgoing:
        session = self.sessions.get(upload_id)
        if session is None:
            raise ApiError(404, "notFound", "Upload session not found.")
        total = _total(incoming.headers.get("content-range", ""), len(incoming.body))
        session.data += incoming.body
        if total is None or len(session.data) < total:
            seen = {"Range": f"bytes=0-{len(session.data) - 1}"} if session.data else {}
            return Outgoing(308, headers=seen)
        del self.sessions[upload_id]
        return session.metadata, _accepted(method, session.content_type, session.data)


def _total(content_range: str, length: int) -> int | None:
    """Return the upload's whole size, None while it is not known ("bytes 0-99/*")."""
    if not content_range:
        return length
    found = re.fullmatch(r"bytes (?:\d+-\d+|\*)/(\d+|\*)", content_range)
    if found is None:
        raise ApiError(400, "badRequest", f"Failed to parse Content-Range header: {content_range}")
    return None if found[1] == "*" else int(found[1])


def _together(method: Method, incoming: Incoming) -> tuple[Json, Media]:
    try:
        parts = split_multipart(incoming.headers.get("content-type", ""), incoming.body)
    except ValueError as error:
        raise ApiError(400, "badRequest", f"Bad multipart upload: {error}.") from error
    if len(parts) != 2:
        raise ApiError(400, "badRequest", "A multipart upload has two parts: metadata and content.")
    metadata, content = parts
    return parse_json(metadata.body), _accepted(method, content.headers.get("content-type", ""), content.body)


def _accepted(method: Method, content_type: str, data: bytes) -> Media:
    content_type = content_type or "application/octet-stream"
    patterns = [re.escape(one).replace(r"\*", ".*") for one in method.upload_accepts]
    kind = content_type.partition(";")[0].strip()
    if not any(re.fullmatch(pattern, kind) for pattern in patterns):
        accepted = ", ".join(method.upload_accepts)
        raise ApiError(400, "badContent", f"Media type '{kind}' is not supported. Valid media types: [{accepted}]")
    return Media(content_type, data)


def parse_json(body: bytes) -> Json:
    """Read a JSON object; an empty body is an empty one. Raise ApiError as Google's parser does."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise ApiError(400, "INVALID_ARGUMENT", f"Invalid JSON payload received. {error}") from error
    if not isinstance(value, dict):
        message = "Invalid JSON payload received. Root element must be a message."
        raise ApiError(400, "INVALID_ARGUMENT", message)
    return value
