# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is kept of a photo from outside, and what is none."""

import base64
import io
import zlib

from PIL import Image

from odoo.tests import TransactionCase

from odoo.addons.xerox_xpps.models.entry.photo import KEPT_SIDE, MAX_PHOTO, read_photo

from ..support.entries import jpeg, png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bomb(width, height):
    """The head of a PNG with as many pixels, and nothing of them."""

    def chunk(kind, data):
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")


class Stream(io.BytesIO):
    """Remembers how many bytes were taken."""

    taken = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        return data


class TestPhoto(TransactionCase):
    def _refuse(self, pattern, data):
        with self.assertRaisesRegex(Exception, pattern) as raised:
            read_photo(self.env, Stream(data))
        self.assertEqual(type(raised.exception).__name__, "UserError")

    def test_photos(self):
        for name, data in (
            ("JPEG", jpeg()),
            ("PNG", png()),
            ("transparent", png(mode="RGBA")),
            ("palette", png(mode="P")),
            ("grey with alpha", png(mode="LA")),
            ("16 bits", png(mode="I;16")),
            ("black and white", png(mode="1")),
            ("CMYK", self._cmyk()),
        ):
            with self.subTest(name=name):
                image = Image.open(io.BytesIO(read_photo(self.env, Stream(data))))
                image.load()
                self.assertEqual((image.format, image.mode, image.size), ("JPEG", "RGB", (64, 48)))
        self.assertEqual(read_photo(self.env, Stream(b"")), b"")

    def _cmyk(self):
        stream = io.BytesIO()
        Image.new("CMYK", (64, 48)).save(stream, "JPEG")
        return stream.getvalue()

    def test_large_ones_are_made_smaller(self):
        for size, kept in (((4000, 3000), (KEPT_SIDE, 1440)), ((1000, 4000), (480, KEPT_SIDE)), ((1920, 1), (1920, 1))):
            with self.subTest(size=size):
                image = Image.open(io.BytesIO(read_photo(self.env, Stream(jpeg(*size)))))
                self.assertEqual(image.size, kept)

    def test_nothing_of_the_file_is_kept(self):
        """Neither where it was taken, nor what is hidden in or behind it."""
        exif = Image.Exif()
        exif[0x010E] = "Secret description"
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[2] = (48.0, 8.0, 15.0)
        hidden = b"<script>alert(1)</script>"
        data = jpeg(exif=exif.tobytes(), comment=b"Secret comment") + hidden
        for given in (data, jpeg(quality=10, exif=exif.tobytes(), comment=b"Secret comment"), png() + hidden):
            kept = read_photo(self.env, Stream(given))
            self.assertFalse([word for word in (b"Secret", b"script", b"Exif") if word in kept])
            self.assertFalse(Image.open(io.BytesIO(kept)).getexif())
        # It is turned as it was held.
        self.assertEqual(Image.open(io.BytesIO(read_photo(self.env, Stream(data)))).size, (48, 64))

    def test_no_photos(self):
        webp = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 50
        for name, data in (
            ("text", b"I am a photo.jpg"),
            ("SVG", SVG),
            ("SVG with a mark", b"\xef\xbb\xbf" + SVG),
            ("WebP", webp),
            ("GIF", b"GIF89a" + b"\x00" * 50),
            ("PDF", b"%PDF-1.7"),
            ("only the beginning of a JPEG", b"\xff\xd8\xff" + SVG),
            ("half a JPEG", jpeg(600, 600)[:300]),
            ("TIFF that begins like a PNG", b"\x89PNG\r\n\x1a\nII*\x00"),
            ("base64", base64.b64encode(jpeg())),
        ):
            with self.subTest(name=name):
                self._refuse("This file is no photo", data)

    def test_too_large(self):
        stream = Stream(jpeg() + b"\x00" * 20 * 2**20)
        self.assertRaisesRegex(Exception, "larger than 10 MB", read_photo, self.env, stream)
        self.assertEqual(stream.taken, MAX_PHOTO + 1)
        for size in ((8_000, 8_000), (200_000, 200_000), (1, 60_000_000)):
            with self.subTest(size=size):
                self._refuse("million pixels|no photo", bomb(*size))
