"""/api/live: one socket for frames and events. The latest wish wins, one in flight; drags go before everything else.

The page sends JSON: {"channel": "drag" | "wall", "seq": n, "model": id, "wishes": [wish, …]}, or {"forget": channel}.
Frames come back as one binary message: the length of a JSON header (32 bits, little-endian), the header, RGBA pixels.
Events come as JSON text: {"event": "jobs"}, {"event": "runs"}, {"event": "pictures"}, {"event": "kept"}.
"""

import asyncio
import json
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, HTTPException, WebSocket, WebSocketDisconnect
from pydantic import Field, ValidationError

from pinxit.errors import PinxitError
from pinxit.studio.common import Asked, Id, Wish
from pinxit.studio.guard import DEEPEST, depth
from pinxit.studio.painters import DRAG, WALL, Frame

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

CHUNK = 6
"""Pictures painted at once for the wall: a drag waits for no more than these."""
MOST_WAITING = 200
MOST_TEXT = 200_000


class Order(Asked):
    """What the page wishes to see next on one of its two channels."""

    channel: Literal["drag", "wall"]
    seq: int = Field(ge=0, lt=2**53)
    model: Id
    wishes: list[Wish] = Field(min_length=1, max_length=CHUNK)


class Session:
    """One page: a drag is replaced by the next one, the wall's orders wait in line until forgotten."""

    def __init__(self, studio: "Studio", socket: WebSocket):
        self.studio, self.socket = studio, socket
        self.drag: Order | None = None
        self.wall: list[Order] = []
        self.drag_came, self.wall_came = asyncio.Event(), asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Until the page closes."""
        tasks = [asyncio.create_task(task) for task in (self.drags(), self.walls(), self.events())]
        try:
            while True:
                await self.hear(await self.socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError, Exception):
                    await task

    async def hear(self, text: str) -> None:
        """One message of the page; nonsense is answered with a problem."""
        try:
            if len(text) > MOST_TEXT:
                raise ValueError("too long")
            told = json.loads(text)
            if not isinstance(told, dict) or depth(told) > DEEPEST:
                raise ValueError("no order")
            if told.get("forget") == "wall":
                self.wall.clear()
                return
            order = Order.model_validate(told)
        except (ValueError, RecursionError, ValidationError):
            await self.tell({"problem": "The studio did not understand its page. Load the page anew."})
            return
        if order.channel == "drag":
            self.drag = order
            self.drag_came.set()
        elif len(self.wall) < MOST_WAITING:
            self.wall.append(order)
            self.wall_came.set()

    async def drags(self) -> None:
        """Paint the newest drag; what came meanwhile replaces what waited."""
        while True:
            await self.drag_came.wait()
            self.drag_came.clear()
            order, self.drag = self.drag, None
            if order is not None:
                await self.answer(order, DRAG)

    async def walls(self) -> None:
        """Paint the wall's orders in their order."""
        while True:
            await self.wall_came.wait()
            self.wall_came.clear()
            while self.wall:
                await self.answer(self.wall.pop(0), WALL)

    async def events(self) -> None:
        """Tell the page of what changes."""
        with self.studio.listening() as queue:
            while True:
                await self.tell({"event": await queue.get()})

    async def answer(self, order: Order, urgency: int) -> None:
        """Have it painted and send the frame. Wishes of one order share labels, text and truncation."""
        about = {"channel": order.channel, "seq": order.seq, "model": order.model}
        try:
            wish = self.studio.points.order(order.model, order.wishes, "raw")
            frame = await self.studio.painters.ask(self.studio.models.find(order.model), wish, urgency)
        except HTTPException as error:
            await self.tell({**about, "problem": str(error.detail)})
            return
        except (PinxitError, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and asyncio.current_task().cancelling():  # pyright: ignore[reportOptionalMemberAccess]
                raise
            await self.tell({**about, "problem": str(error) or "The model was put away. Try again."})
            return
        async with self._turn:
            await self.socket.send_bytes(packed({**about, **frame.header}, frame))

    async def tell(self, message: dict[str, Any]) -> None:
        """One JSON message."""
        async with self._turn:
            await self.socket.send_text(json.dumps(message))


def packed(header: dict[str, Any], frame: Frame) -> bytes:
    """A frame as the page reads it."""
    told = json.dumps(header).encode()
    return struct.pack("<I", len(told)) + told + frame.content


def router(studio: "Studio") -> APIRouter:
    """The socket."""
    routes = APIRouter()

    @routes.websocket("/api/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await Session(studio, socket).run()

    return routes
