"""Bodies that are short, read whole; what streams has `uploads.py`."""

from starlette.requests import Request

from sekisho.domain.errors import BodyTooLarge


async def whole_body(request: Request, cap: int) -> bytes:
    """Read a body. The edge has its own cap for all of them; this one is of the address.

    Raises:
        BodyTooLarge: it is over `cap`; where the length is announced, before the first byte.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > cap:
        raise BodyTooLarge(cap=cap)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > cap:
            raise BodyTooLarge(cap=cap)
    return bytes(body)
