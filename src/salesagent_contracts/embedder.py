"""What every embedder must do: one vector a text, comparable with each other."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesagent_contracts.stages import NOW, TENANT, Models
from salesagent_core.errors import NeedsReauth, RateLimited, Unavailable


async def test_each_text_has_a_vector_of_the_same_length_in_its_place(models: Models) -> None:
    embedder = models.embedder
    texts = ["Routes are planned", "We host in Germany", "Routes are planned"]
    one, two, three = await embedder.embed(TENANT, texts)
    assert embedder.dimension > 0
    assert one == three != two
    for vector in (one, two, three):
        assert len(vector) == embedder.dimension
        assert math.isclose(math.hypot(*vector), 1, abs_tol=1e-6)
    assert await embedder.embed(TENANT, texts[1:2]) == (two,)


async def test_a_blank_text_points_nowhere(models: Models) -> None:
    blank, full = await models.embedder.embed(TENANT, [" \n\t", "Routes"])
    assert not any(blank)
    assert len(blank) == models.embedder.dimension
    assert any(full)
    assert await models.embedder.embed(TENANT, []) == ()


async def test_many_and_long_texts_come_back_in_order(models: Models) -> None:
    texts = [f"Text number {chr(97 + n % 26) * 4}" for n in range(150)] + ["word " * 100_000]
    vectors = await models.embedder.embed(TENANT, texts)
    assert len(vectors) == len(texts)
    assert vectors[0] == vectors[26] != vectors[1]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(st.text(max_size=40), max_size=5))
async def test_any_text_at_all_has_a_vector(models: Models, texts: list[str]) -> None:
    for vector in await models.embedder.embed(TENANT, texts):
        length = math.hypot(*vector)
        assert length == 0 or math.isclose(length, 1, abs_tol=1e-6)


@pytest.mark.parametrize(
    "error", [Unavailable("x"), NeedsReauth("x"), RateLimited("x", retry_at=NOW)]
)
async def test_failures_come_as_the_port_names_them(models: Models, error: Exception) -> None:
    models.fails(lambda: error)
    with pytest.raises(type(error)):
        await models.embedder.embed(TENANT, ["Routes"])
