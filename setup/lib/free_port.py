"""Print a port that nothing listens on: Odoo's usual one when possible."""

import socket


def is_free(port):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


print(next(port for port in [*range(8069, 8100), 0] if is_free(port)))
