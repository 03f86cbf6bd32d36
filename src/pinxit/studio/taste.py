"""/api/models/{model}/taste: likes and dislikes, what was learned from them, and pictures in the order of it."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from pinxit.studio.common import Asked, Id, Wish
from pinxit.studio.directions import bring_back, remember

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

Text = Annotated[str, Field(max_length=200)]


class Mark(Asked):
    """A picture that somebody likes, or does not; None takes the mark back."""

    wish: Wish
    liked: bool | None


class Some(Asked):
    """Pictures to be told how much they should be liked."""

    wishes: list[Wish] = Field(min_length=1, max_length=48)


class More(Asked):
    """How many pictures, the best of how many, from which seed on."""

    count: int = Field(36, ge=1, le=200)
    candidates: int = Field(256, ge=20, le=2_000)
    start: int = Field(0, ge=0, lt=2**31)
    labels: dict[Text, Text] = Field(default_factory=dict, max_length=50)
    text: Annotated[str, Field(max_length=500)] | None = None


def router(studio: "Studio") -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/models/{model}/taste", tags=["taste"])

    def places(model: str) -> dict[str, str]:
        kinds = {"file": "taste", "directions": "directions"}
        return {name: str(studio.models.beside(model, kind)) for name, kind in kinds.items()}

    async def study(model: str, do: str, **told: Any) -> dict[str, Any]:
        return await studio.painters.study(studio.models.find(model), do, **places(model), **told)

    async def marked(model: str, do: str = "marks", **told: Any) -> dict[str, Any]:
        order = {"do": do, **places(model), **told}
        return shown(model, (await studio.painters.ask(studio.models.find(model), order)).header)

    def shown(model: str, told: dict[str, Any]) -> dict[str, Any]:
        marks = [
            {"liked": mark["liked"], "wish": studio.points.wish_of(model, mark["recipe"])} for mark in told["marks"]
        ]
        return {"ready": told["ready"], "accuracy": told["accuracy"], "marks": marks}

    @routes.get("")
    async def taste(model: Id) -> dict[str, Any]:
        """Every mark; whether a taste was learned from them; how often it puts a liked picture before another."""
        return await marked(model)

    @routes.post("/marks")
    async def mark(model: Id, wanted: Mark) -> dict[str, Any]:
        """Like or dislike a picture, or take that back. What follows from it: /learn."""
        recipes = await studio.points.recipes(model, [wanted.wish])
        remember(studio.models.beside(model, "taste"))
        return await marked(model, "mark", pictures=recipes, liked=wanted.liked)

    @routes.post("/forget")
    async def forget(model: Id) -> dict[str, Any]:
        """Forget every mark."""
        file = studio.models.beside(model, "taste")
        remember(file)
        file.unlink(missing_ok=True)
        return await marked(model)

    @routes.post("/back")
    async def back(model: Id) -> dict[str, Any]:
        """Take the last mark, or the forgetting of all, back; once more, and it is done again."""
        bring_back(studio.models.beside(model, "taste"))
        return await marked(model)

    @routes.post("/learn")
    async def learn(model: Id) -> dict[str, Any]:
        """Learn from the marks: the direction "taste" of the model is found anew, or forgotten where none can be learned."""
        return shown(model, await study(model, "taste"))

    @routes.post("/scores")
    async def scores(model: Id, wanted: Some) -> dict[str, Any]:
        """How much each picture should be liked; above 0 is liked."""
        return await study(model, "rank", pictures=await studio.points.recipes(model, wanted.wishes))

    @routes.post("/more")
    async def more(model: Id, wanted: More) -> dict[str, Any]:
        """The seeds whose pictures should be liked most, the best first."""
        return await study(model, "more", **wanted.model_dump(exclude_none=True))

    return routes
