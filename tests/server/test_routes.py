import pytest
from hypothesis import given, strategies as st

from proxy.dialects import ENDPOINTS, Endpoint
from proxy.errors import ProxyError
from proxy.routes import check_query, family_of, resolve

FIXED = [each for each in ENDPOINTS if "{" not in each.path]


def endpoint_of(method: str, path: str) -> tuple[str | None, str, str | None] | None:
    route = resolve(method, path)
    return route and (route.provider_id, route.endpoint.path, route.model_id)


@pytest.mark.parametrize("endpoint", FIXED, ids=lambda each: each.path)
def test_every_endpoint_is_found_with_and_without_a_provider(endpoint: Endpoint) -> None:
    path, method = endpoint.path, endpoint.method
    assert endpoint_of(method, f"/v1/{path}") == (None, path, None)
    assert endpoint_of(method, f"/deep-seek2/v1/{path}") == ("deep-seek2", path, None)


@pytest.mark.parametrize(
    ("path", "model_id"),
    [
        ("/v1/models/gpt-5", "gpt-5"),
        ("/v1/models/org%2Fname%20x", "org/name x"),
        ("/v1/models/{id}", "{id}"),
        ("/v1/models/m%C3%BCller:free", "müller:free"),
    ],
)
def test_a_models_id_is_decoded_once(path: str, model_id: str) -> None:
    assert endpoint_of("GET", path) == (None, "models/{id}", model_id)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/models"),
        ("HEAD", "/v1/models"),
        ("POST", "/v1/unknown"),
        ("POST", "/v1/chat/completions/more"),
        ("POST", "/v1/v1/chat/completions"),
        ("POST", "/A/v1/chat/completions"),
        ("POST", "/-a/v1/chat/completions"),
        ("POST", f"/{'a' * 41}/v1/chat/completions"),
        ("POST", "/v1/@evil"),
        ("POST", "/v1/chat/completions;x=1"),
        ("POST", "/v1/chat%252fcompletions"),
        ("GET", "/v1/models/a/b"),
        ("GET", "/settings"),
    ],
)
def test_there_is_nothing_else(method: str, path: str) -> None:
    assert resolve(method, path) is None


@pytest.mark.parametrize(
    "path",
    [
        "//evil/v1",
        "/v1//models",
        "/v1/models/",
        "/v1/../../x",
        "/v1/%2e%2e%2fx",
        "/v1/models/%2e%2E",
        "/v1/models/a%2f..%2fb",
        "/v1/models/a%2f%2fb",
        "/v1/./models",
        "/v1/chat%2fcompletions",
        "/v1/x%00",
        "/v1/%0d%0aX:1",
        "/v1\\models",
        "/v1/%5cmodels",
        "/v1/%zz",
        "/v1/%",
        "/v1/%ff",
        "/v1/x%7f",
    ],
)
def test_a_path_that_could_be_read_in_two_ways_is_malformed(path: str) -> None:
    with pytest.raises(ProxyError) as caught:
        resolve("GET", path)
    assert caught.value.problem.status == 400


@given(st.lists(st.sampled_from(["a", ".", "..", "/", "%2e", "%2E%2e", "%2f", "%5c", "%", "?"])))
def test_no_models_name_leads_out_of_its_place(parts: list[str]) -> None:
    try:
        route = resolve("GET", "/v1/models/" + "".join(parts))
    except ProxyError:
        return
    assert route is None or (route.model_id and not {"", ".", ".."} & {*route.model_id.split("/")})


@pytest.mark.parametrize("query", [b"a=%0d%0ab", b"%00", b"x=%0A"])
def test_a_query_holds_no_line_end(query: bytes) -> None:
    with pytest.raises(ProxyError):
        check_query(query)


def test_any_other_query_is_passed_on() -> None:
    check_query(b"beta=true&x=%2e%2e%2f;&y=\\")


@pytest.mark.parametrize(
    ("path", "like"),
    [
        ("/v1/messages/nowhere", "messages"),
        ("/zai/v1/messages", "messages"),
        ("/v1/responses/x", "responses"),
        ("/v1/nowhere", "chat/completions"),
        ("", "chat/completions"),
        ("//v1/messages%", "messages"),
    ],
)
def test_an_error_has_the_shape_of_the_family_that_was_meant(path: str, like: str) -> None:
    family = next(each.family for each in ENDPOINTS if each.path == like)
    assert family_of(path) is family
