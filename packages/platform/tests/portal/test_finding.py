"""People find a service by their own words, and its page says what it takes."""

import pytest
from django.test import Client
from saola_blueprint.schema import Country
from saola_platform.portal.catalogue.search import find_procedures
from saola_platform.portal.models import SearchEntry


def codes(country: Country, query: str) -> list[str]:
    return [one.code for one in find_procedures(country=country, query=query).procedures]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["birth", "BIRTH", "b\u00edrth", "regis bir", "newborn", "1.001", "1001", "having a child"]
)
def test_a_service_is_found_by_name_beginning_synonym_code_and_event(state: Country, query: str) -> None:
    assert codes(state, query) == ["1.001"]


@pytest.mark.django_db
def test_when_not_every_word_is_known_the_closest_come_and_it_is_said(state: Country) -> None:
    found = find_procedures(country=state, query="birth elephant")
    assert [one.code for one in found.procedures] == ["1.001"]
    assert not found.complete


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["elephant", "", "&|!():*", "' OR 1=1 --", "\x00", "a" * 5000])
def test_words_that_nothing_answers_to_find_nothing_and_break_nothing(state: Country, query: str) -> None:
    assert codes(state, query) == [] or query == "' OR 1=1 --"


@pytest.mark.django_db
def test_a_hit_in_the_name_comes_before_one_in_the_text(state: Country) -> None:
    assert codes(state, "car")[0] == "1.002"


@pytest.mark.django_db
def test_the_index_follows_the_texts(state: Country) -> None:
    assert codes(state, "birth")
    before = set(SearchEntry.objects.values_list("fingerprint", flat=True))
    changed = type(state)(**{name: getattr(state, name) for name in state.__dataclass_fields__} | {"procedures": {}})
    assert codes(changed, "birth") == []
    assert not SearchEntry.objects.filter(fingerprint__in=before).exists()


def test_the_home_page_offers_search_events_and_what_is_online(client: Client) -> None:
    page = client.get("/").content.decode()
    assert 'name="q"' in page
    assert "Having a child" in page
    assert "Register a birth" in page
    assert "Drive a car" not in page


def test_an_empty_result_helps_on(client: Client) -> None:
    page = client.get("/find/?q=elephant").content.decode()
    assert "Nothing was found" in page
    assert "See all services" in page


def test_what_was_typed_is_shown_escaped(client: Client) -> None:
    page = client.get("/find/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert(1)" not in page


def test_the_page_of_a_service_says_all_that_it_takes(client: Client) -> None:
    page = client.get("/procedures/1.001/").content.decode()
    for words in (
        "Ward",
        "The same working day",
        "free",
        "Fee Act, s. 1",
        "Notice of birth",
        "Birth certificate",
        "Example Act 1/2020",
        "Register of persons",
        "Start your application",
    ):
        assert words in page


def test_a_service_that_is_not_online_says_why_and_has_no_way_in(client: Client) -> None:
    page = client.get("/procedures/1.002/").content.decode()
    assert "You must be seen at the counter." in page
    assert "/start" not in page
    assert client.get("/procedures/1.002/start").status_code == 404


def test_an_unknown_service_is_not_found(client: Client) -> None:
    assert client.get("/procedures/9.999/").status_code == 404


def test_a_service_that_is_not_online_says_so_and_comes_after_one_that_is(client: Client) -> None:
    page = client.get("/find/", {"q": "c"}).content.decode()  # a car in a name, "civil" in a text
    online, other = page.index('data-testid="service-1.001"'), page.index('data-testid="service-1.002"')
    assert online < other < page.index("Not online yet")
    assert page.count("Not online yet") == 1
