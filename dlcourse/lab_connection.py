"""The connection between a page of JupyterLab and its kernel, without the delay that widgets would feel."""

from __future__ import annotations

import asyncio

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Sends every message at once.

    By default the system holds back a small packet until the one before it is acknowledged (Nagle's algorithm), which
    the other end delays by up to 40 ms: a slider's answer consists of small packets and would wait for that each time.
    """

    def connect(self) -> asyncio.Future[None] | None:
        """Open the connection; see the base class."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
