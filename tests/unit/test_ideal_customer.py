"""The ideal customer profile as people write it."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.choices import (
    FOLDERS,
    ICP,
    SENDER,
    apply_choices,
    choice_of,
    folder_id,
    read_folders,
    read_sender,
)
from salesagent_core.domain.icp import IcpProfile, score_fit
from salesagent_core.domain.ideal_customer import (
    ATTRIBUTES,
    icp_as_data,
    notes_on,
    preview,
    read_icp,
    with_icp,
)
from salesagent_core.domain.industry import GROUPS
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.titles.title import DEPARTMENTS
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import DEFAULT_TENANT

OURS = Tenant(id=DEFAULT_TENANT, name="Ours", mailbox="sales@example.com", sender_name="Max")
LEAD = Lead(
    person=Person(email="kim@firm.example", first_name="Kim", title="Head of Operations"),
    company=Company(name="Firm", industry="Software", employees=400, country="DE"),
)

profiles = st.fixed_dictionaries(
    {
        "departments": st.lists(st.sampled_from(sorted(DEPARTMENTS)), min_size=1, unique=True),
        "industries": st.lists(st.sampled_from(GROUPS), min_size=1, unique=True),
        "regions": st.lists(st.sampled_from(["DACH", "ES", "Bavaria"]), unique=True),
        "competitor_domains": st.lists(st.sampled_from(["rival.example"]), unique=True),
        "blocked_countries": st.lists(st.sampled_from(["RU", "mena"]), unique=True),
        "target_accounts": st.lists(st.sampled_from(["dream.example"]), unique=True),
        "employees_min": st.integers(1, 50),
        "employees_max": st.integers(50, 10_000),
        "weights": st.fixed_dictionaries({name: st.integers(1, 100) for name in ATTRIBUTES}),
    }
)


@settings(max_examples=50, deadline=None)
@given(profiles)
def test_a_profile_is_the_same_after_it_was_kept(data: dict[str, Any]) -> None:
    kept = read_icp(data)
    assert read_icp(kept) == kept
    again = icp_as_data(with_icp(OURS, kept))
    assert set(again["departments"]) == set(data["departments"])
    assert set(again["industries"]) == set(data["industries"])
    assert read_icp(again)["weights"] == kept["weights"]
    assert IcpProfile.of(with_icp(OURS, again)) == IcpProfile.of(with_icp(OURS, kept))


@settings(max_examples=50, deadline=None)
@given(profiles)
def test_a_preview_says_what_the_next_run_would(data: dict[str, Any]) -> None:
    after = with_icp(OURS, read_icp(data))
    (change,) = preview([LEAD], OURS, after)
    assert change.after == score_fit(LEAD, IcpProfile.of(after))
    assert change.before == score_fit(LEAD, IcpProfile.of(OURS))
    assert set(change.changed).isdisjoint(change.before.reasons)


def test_the_profile_that_nobody_set_can_be_saved_as_it_is() -> None:
    assert IcpProfile.of(with_icp(OURS, read_icp(icp_as_data(OURS)))) == IcpProfile.of(OURS)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"departments": []}, "departments"),
        ({"departments": ["magic"]}, "departments[0]"),
        ({"employees_min": 0}, "employees_min"),
        ({"employees_min": "many"}, "employees_min"),
        ({"employees_min": 900, "employees_max": 20}, "employees_max"),
        ({"blocked_countries": ["Atlantis"]}, "blocked_countries[0]"),
        ({"competitor_domains": ["not a domain"]}, "competitor_domains[0]"),
        ({"regions": ["\x00"]}, "regions[0]"),
        ({"regions": "DACH"}, "regions"),
        ({"weights": dict.fromkeys(ATTRIBUTES, 0)}, "weights"),
        ({"weights": {**dict.fromkeys(ATTRIBUTES, 5), "size": float("nan")}}, "weights.size"),
        ({"weights": {"seniority": 5}}, "weights"),
        ({"shoe_size": 44}, "shoe_size"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_place(change: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_icp({**icp_as_data(OURS), **change})
    assert where in [problem.where for problem in caught.value.problems]


def test_what_its_writer_may_not_expect_is_said() -> None:
    data = {**icp_as_data(OURS), "regions": ["Bavaria", "DACH"]}
    data["weights"] = {**data["weights"], "size": 0}
    codes = [note.code for note in notes_on(read_icp(data))]
    assert codes == ["icp_region_by_name", "icp_not_counted"]


def test_what_is_set_lies_over_the_settings() -> None:
    chosen = {
        SENDER: read_sender({"sender_name": " Dana  Field ", "postal_address": "1 High Street"}),
        FOLDERS: read_folders({"folders": ["https://drive.google.com/drive/folders/abc_DEF-1"]}),
        ICP: read_icp({**icp_as_data(OURS), "employees_min": 7}),
    }
    tenant = apply_choices(OURS, chosen)
    assert (tenant.sender_name, tenant.postal_address) == ("Dana Field", "1 High Street")
    assert tenant.asset_folders == ("abc_DEF-1",)
    assert tenant.employees_min == 7
    assert all(choice_of(tenant, name) == chosen[name] for name in (SENDER, FOLDERS))
    assert apply_choices(OURS, {}) == OURS
    # A mail without an address below it is one that has none, not an empty one.
    bare = apply_choices(OURS, {SENDER: read_sender({"sender_name": "A", "postal_address": ""})})
    assert attrs.evolve(bare, sender_name="Max") == OURS


@pytest.mark.parametrize(
    "text",
    ["", "a b", "https://example.com/drive/folders/abc", "javascript:alert(1)", "x" * 400],
)
def test_no_folder_comes_from_elsewhere(text: str) -> None:
    assert folder_id(text) is None
