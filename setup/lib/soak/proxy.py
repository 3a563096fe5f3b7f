# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The way from Odoo to the database server, as a process of its own, so that it can be cut and held up.

    python -m soak.proxy LISTEN TARGET    two Unix sockets

SIGUSR1 cuts all connections, in both directions and in mid-sentence. SIGSTOP and SIGCONT, which need nothing of ours,
hold up what is on its way and let it go on.
"""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

CHUNK = 1 << 16
_open: set[asyncio.StreamWriter] = set()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        far_reader, far_writer = await asyncio.open_unix_connection(target)
    except OSError:
        writer.close()
        return
    pair = {writer, far_writer}
    _open.update(pair)
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    _open.difference_update(pair)


def cut() -> None:
    for writer in list(_open):
        writer.transport.abort()


async def main(listen: str, target: str) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, cut)
    Path(listen).unlink(missing_ok=True)
    server = await asyncio.start_unix_server(lambda *streams: serve(target, *streams), listen, backlog=256)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
