"""Configuration: from file, environment and secret files, all problems at once."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.config import Config, load_config
from model.errors import ConfigError, Problem

SOURCE = """
[sources.acme]
kind = "paper"
project = "acme-finance"
base_url = "https://paper.example.com"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(text: str) -> Config:
    path = Path("reqpool.toml")
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def problems(text: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return list(caught.value.problems)


def only_problem(text: str) -> Problem:
    (problem,) = problems(text)
    return problem


def token(config: Config) -> str:
    secret: SecretStr = config.sources["acme"].model_dump()["token"]
    return secret.get_secret_value()


def test_without_a_file_everything_has_a_default() -> None:
    config = load_config()
    assert (config.path, config.database.url) == (None, None)
    assert config.web.link("/pool") == "http://127.0.0.1:8000/pool"


def test_config_toml_in_the_working_directory_is_taken() -> None:
    Path("config.toml").write_text("[web]\nport = 9001")
    assert load_config().web.port == 9001


def test_the_variable_names_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("other.toml").write_text("[web]\nport = 9002")
    monkeypatch.setenv("REQPOOL_CONFIG", "other.toml")
    assert load_config().web.port == 9002


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQPOOL_WEB__PORT", "9003")
    config = load("[web]\nport = 9001\npublic_url = 'https://pool.example.com/'")
    assert config.web.port == 9003
    assert config.web.link("/x") == "https://pool.example.com/x"


def test_the_environment_may_hold_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQPOOL_SOURCES__ACME__TOKEN", "12345")
    assert token(load(SOURCE)) == "12345"


def test_a_list_in_the_environment_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQPOOL_SOURCES__ACME__WEBHOOK_SECRETS", '["new", "old"]')
    assert len(load(SOURCE).sources["acme"].webhook_secrets) == 2


def test_a_broken_list_in_the_environment_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQPOOL_SOURCES__ACME__WEBHOOK_SECRETS", '["hush')
    problem = only_problem(SOURCE)
    assert "JSON" in problem.hint
    assert "hush" not in str(problem)


def test_a_misspelt_variable_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQPOOL_DATABSE__URL", "postgresql:///x")
    assert "REQPOOL_DATABSE__URL" in only_problem("").message


def test_a_secret_file_lies_beside_the_configuration() -> None:
    Path("acme-token").write_text("geheim\n")
    assert token(load(f'{SOURCE}token = {{ file = "acme-token" }}')) == "geheim"


def test_secrets_of_a_list_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW", "s1")
    monkeypatch.setenv("OLD", "s2")
    config = load(f'{SOURCE}webhook_secrets = [{{ env = "NEW" }}, {{ env = "OLD" }}]')
    secrets = config.sources["acme"].webhook_secrets
    assert [secret.get_secret_value() for secret in secrets] == ["s1", "s2"]


def test_no_secret_is_in_a_repr() -> None:
    Path("acme-token").write_text("geheim")
    config = load(f'{SOURCE}token = {{ file = "acme-token" }}')
    assert "geheim" not in repr(config)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('token = "geheim"', "sources.acme.token"),
        ('webhook_secrets = ["geheim"]', "sources.acme.webhook_secrets"),
        ('login = {user = "u", password = "geheim"}', "sources.acme.login.password"),
    ],
)
def test_a_secret_in_plain_text_is_refused(line: str, path: str) -> None:
    problem = only_problem(f"{SOURCE}{line}")
    assert (problem.code, problem.line) == ("E_SECRET", 6)
    assert problem.message.startswith(path)
    assert "geheim" not in str(problem)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://li.lei:geheim@jira.example.com", "E_SECRET"),
        ("https://geheim@jira.example.com", "E_SECRET"),
        ("ftp://jira.example.com", "E_TYPE"),
        ("jira.example.com", "E_TYPE"),
        ("https://:8080", "E_TYPE"),
        ("https://jira example.com", "E_TYPE"),
        ("https://jira.example.com\\u0000", "E_TYPE"),
        ("https://[::1", "E_TYPE"),
        ("https://jira.example.com:99999", "E_TYPE"),
    ],
)
def test_an_address_is_one_of_the_web_and_holds_no_secret(
    address: str, code: str
) -> None:
    """Pages, the log and the pool show it."""
    sections = (SOURCE.replace("https://paper.example.com", address),)
    for text in (*sections, f'[telemetry]\ntraces_url = "{address}"'):
        problem = only_problem(text)
        assert problem.code == code
        assert problem.hint
        assert "geheim" not in str(problem)


def test_a_database_url_is_a_secret_only_with_a_password() -> None:
    assert load('[database]\nurl = "postgresql://pool@db/pool"').database.url
    for url in ("//pool:geheim@db/pool", "//pool@db/pool?a=b&password=geheim"):
        problem = only_problem(f'[database]\nurl = "postgresql:{url}"')
        assert problem.code == "E_SECRET", url
    problem = only_problem('[database]\nurl = "host=db password = geheim"')
    assert problem.code == "E_SECRET"


def test_a_missing_secret_is_one_problem_and_no_more() -> None:
    text = '[database]\nurl = { env = "NO_SUCH_VARIABLE" }'
    assert "NO_SUCH_VARIABLE" in only_problem(text).message


def test_all_problems_come_at_once_with_place_and_hint() -> None:
    found = problems(
        '[web]\nprot = 1\nhost = "0.0.0.0"\n[sources.acme]\nkind = "papper"\n'
        '[sources.beta]\nkind = "paper"\nproject = "b"\nbase_url = 3\n'
        'token = "x"\n[sources.Gamma]\nkind = "torn"'
    )
    assert {(problem.code, problem.line) for problem in found} == {
        ("E_FIELD", 2),
        ("E_LOOPBACK", 3),
        ("E_REF", 5),
        ("E_TYPE", 9),
        ("E_SECRET", 10),
        ("E_NAME", 11),
        ("E_PLUGIN", 12),
    }
    assert all(problem.hint or problem.code == "E_TYPE" for problem in found)


def test_an_unknown_setting_gets_a_suggestion() -> None:
    assert only_problem(f"{SOURCE}pol_seconds = 5").hint == "did you mean poll_seconds?"


def test_an_unknown_kind_gets_a_suggestion() -> None:
    text = SOURCE.replace('"paper"', '"papier"')
    assert only_problem(text).hint == "did you mean paper?"


def test_a_missing_setting_says_where_to_add_it() -> None:
    problem = only_problem('[sources.acme]\nkind = "paper"\nproject = "x"')
    assert problem.hint == "add base_url to [sources.acme]"


def test_broken_toml_tells_the_place() -> None:
    problem = only_problem("[web]\nport = = 1")
    assert (problem.code, problem.line, problem.column) == ("E_TOML", 2, 8)


def test_a_missing_file_is_a_problem() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_config(Path("nowhere.toml"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.0.1", "::1"])
def test_loopback_hosts_are_served(host: str) -> None:
    assert load(f'[web]\nhost = "{host}"').web.host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.com", "10.0.0.1", ""])  # noqa: S104 - to be refused
def test_other_hosts_are_refused_until_there_is_a_sign_in(host: str) -> None:
    problem = only_problem(f'[web]\nhost = "{host}"')
    assert "no sign-in" in problem.message
