# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Photos from outside. What is kept is a picture that was drawn anew, never the bytes that somebody sent."""

import io

from PIL import Image

from odoo.exceptions import UserError
from odoo.tools.image import IMAGE_MAX_RESOLUTION, ImageProcess, image_apply_opt

#: Bytes of a photo that is looked at.
MAX_PHOTO = 10 * 2**20
#: Pixels of the longer side of a photo that is kept.
KEPT_SIDE = 1920
#: How files of the types that are taken begin. Odoo keeps others, as SVG and WebP, as they come.
_BEGINNINGS = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}


def read_photo(env, stream):
    """A photo as JPEG, without what its file says beside it, as the place where it was taken.

    Size, type and dimensions are checked before anything is decoded.

    :param stream: the upload, a binary file; None where there is none
    :return: bytes; empty where nothing was uploaded
    :raises UserError: when it is too large, or no photo
    """
    data = stream.read(MAX_PHOTO + 1) if stream else b""
    if not data:
        return b""
    if len(data) > MAX_PHOTO:
        raise UserError(env._("The photo is larger than %s MB. Take it with a lower resolution.", MAX_PHOTO // 2**20))
    no_photo = env._("This file is no photo. Choose a JPEG or PNG file.")
    if not data.startswith(tuple(_BEGINNINGS.values())):
        raise UserError(no_photo)
    try:
        # Only reads the head of the file, and nothing of another type.
        with Image.open(io.BytesIO(data), formats=list(_BEGINNINGS)) as head:
            width, height = head.size
        if width * height > IMAGE_MAX_RESOLUTION:
            raise UserError(
                env._(
                    "The photo has more than %s million pixels. Take it with a lower resolution.",
                    round(IMAGE_MAX_RESOLUTION / 1e6),
                )
            )
        image = ImageProcess(data).resize(KEPT_SIDE, KEPT_SIDE).image.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        # A file that only begins like a photo.
        raise UserError(no_photo) from error
    image.info = {}
    return image_apply_opt(image, output_format="JPEG", quality=85, optimize=True)
