"""Ports of this machine: whether one is taken, and free ones for what stands beside others, as in tests."""

import socket
from pathlib import Path
from secrets import SystemRandom

FIRST = 10_000
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of 127.0.0.1."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on. Of those that no outgoing connection is given: between now and when a
    server listens there, any other process may open one."""
    low = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else 32_768
    ports = range(FIRST, low) if low > 2 * FIRST else range(FIRST, 65_536)
    return next(port for port in SystemRandom().sample(ports, len(ports)) if is_free(port))
