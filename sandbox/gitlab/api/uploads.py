"""Files that Markdown links to, found by their secret and their name."""

from mimetypes import guess_type
from urllib.parse import unquote

from starlette.responses import Response

from sandbox.gitlab.api.spec import Spec
from sandbox.gitlab.call import Call
from sandbox.gitlab.errors import not_found


def show_upload(call: Call) -> Response:
    name = unquote(call.path["filename"])
    content = call.project().uploads.get((call.path["secret"], name))
    if content is None:
        raise not_found()
    return Response(content, media_type=guess_type(name)[0])


ROUTES = (Spec("GET", "/projects/{id}/uploads/{secret}/{filename}", show_upload),)
